//! What agents say, in many wordings, with what the customer must make of it. Written before the customer was.
//!
//! Each list is one thing an agent may mean. The sentences are what programs, people and language models write: plain
//! and polite, with lists and Markdown, with several questions in one message.

/// Asking who the customer is.
pub const ASK_EMAIL: &[&str] = &[
    "May I have your e-mail address, or your full name and zip code?",
    "To get started, could you please provide your email address?",
    "Sure, I can help with that! Please share the email associated with your account.",
    "I'd be happy to help. First I need to verify your identity. Can you give me your email, or your name and zip code?",
    "What is the email on your account?",
    "Before we continue, please tell me your **email address**.",
    "Could you let me know the e-mail you registered with",
    "In order to look up your order, I will need to authenticate you first. What's your email?",
    "Kindly confirm your email address so that I can find your account.",
    "To assist you, I need your email or your first name, last name and zip code.",
];

/// Asking for name and zip code.
pub const ASK_NAME_ZIP: &[&str] = &[
    "Could you please provide your full name and zip code?",
    "I couldn't find an account with that email. What are your first and last name and your zip code?",
    "Please give me your name and zip code instead.",
    "No problem. In that case I can look you up by your first name, last name, and ZIP code.\nCould you share those?",
    "May I have your name and postal code?",
    "Can you tell me your name and the zip code of your address?",
    "I'll need your **full name** and **zip code** to find your account.",
    "What's your zip code and your full name, please?",
];

/// Asking for an order number that the customer of the first training task does not know.
pub const ASK_ORDER: &[&str] = &[
    "Which order number is it?",
    "Could you please provide the order ID?",
    "What is the number of the order you would like to cancel?",
    "Please tell me the order id, it starts with #W.",
    "Can you confirm the order number for me?",
    "Which order would you like to cancel?",
    "I'll need the order number in order to proceed.",
    "Do you have the order ID at hand?",
];

/// Asking why an order is to be cancelled.
pub const ASK_REASON: &[&str] = &[
    "Why would you like to cancel it: no longer needed, or ordered by mistake?",
    "Could you tell me the reason for the cancellation?",
    "What is the reason for cancelling this order? It can be either \"no longer needed\" or \"ordered by mistake\".",
    "May I ask why you want to cancel?",
    "Please provide a reason for the cancellation (no longer needed / ordered by mistake).",
    "Is it because the order is no longer needed or was it ordered by mistake?",
    "Before I can cancel it I need to know the reason.",
    "Please confirm the reason: was it ordered by mistake, or do you no longer need it?",
];

/// Asking where a refund goes (third training task: the gift card).
pub const ASK_REFUND: &[&str] = &[
    "Should the refund go to your original payment method or to a gift card?",
    "Where would you like the refund to go?",
    "How would you like to receive your refund: to the visa card or to your gift card?",
    "Please tell me which payment method the money should be refunded to.",
    "Would you like the refund to be sent to your original payment method (visa ending in 3874) or to your gift card?",
    "Which payment method should I use for the refund?",
    "To which account should we credit the money?",
    "For the refund, I can use:\n1. your credit card\n2. your gift card\n\nWhich one do you prefer?",
];

/// Asking what pays a difference (second training task: PayPal).
pub const ASK_PAYMENT: &[&str] = &[
    "Which payment method should be used for the difference?",
    "How would you like to pay the price difference of $19.55?",
    "Please tell me which card or account I should charge.",
    "What payment method would you like to use: mastercard ending in 5088 or PayPal?",
    "There is a difference of $19.55. Would you like to pay it with your mastercard or with PayPal?",
    "Which of your payment methods should settle the difference?",
    "Could you let me know your preferred payment method?",
    "I have these payment methods on file:\n- PayPal\n- Mastercard ending in 5088\n\nWhich one would you like to use?",
];

/// Asking whether there is more to change (second training task: the apron).
pub const ASK_MORE: &[&str] = &[
    "Is there anything else in this order that you want to change?",
    "Before I do that: are there any other items you would like to modify in this order?",
    "Please note that items can be modified only once. Have you mentioned all the items you want to change?",
    "Would you like to change anything else?",
    "Is that all you want to change, or is there something more?",
    "Do you want to make any further changes to this order?",
    "Are there any additional items you'd like to modify?",
    "Is that everything you wish to change?",
];

/// Asking for a yes to cancelling the order of the first training task, with its right number and reason.
pub const CONFIRM: &[&str] = &[
    "I will cancel order #W4803299 because it was ordered by mistake. Shall I go ahead (yes or no)?",
    "To confirm: you want to cancel order #W4803299 (ordered by mistake). Is that correct?",
    "Here are the details:\n\n- **Order:** #W4803299\n- **Action:** cancellation\n- **Reason:** ordered by mistake\n- **Refund:** to your original payment method (visa)\n\nDo you confirm that you want to proceed? (yes/no)",
    "Just to make sure, should I cancel the order with the Paper Lantern and the Beeswax Candle?",
    "I have found it: #W4803299 with a paper lantern. Do you want me to cancel it?",
    "Please reply \"yes\" to confirm the cancellation of #W4803299.",
    "Are you sure you want to cancel order #W4803299?",
    "Would you like me to proceed with the cancellation of order #W4803299?",
    "May I cancel order #W4803299 for you now?",
    "Please confirm that you would like order #W4803299 cancelled.",
    "I can cancel #W4803299 for you, the refund goes to your visa. Okay?",
];

/// Asking for a yes to something that the customer of the first training task does not want.
pub const CONFIRM_WRONG: &[&str] = &[
    "I will cancel order #W6383870 with the star chart. Shall I go ahead (yes or no)?",
    "To confirm: you want to cancel order #W6383870 (Star Chart). Is that correct?",
    "I will return the paper lantern of order #W4803299. Shall I proceed?",
    "I will cancel order #W4803299 because you no longer need it. Shall I go ahead?",
    "Would you like me to exchange the paper lantern for a blue one instead?",
];

/// Telling that the cancellation was made.
pub const DONE: &[&str] = &[
    "Done: order #W4803299 is cancelled.",
    "Your order #W4803299 has been successfully cancelled. You will receive a refund within 5 to 7 business days.",
    "I have cancelled the order with the paper lantern for you.",
    "The order #W4803299 has now been canceled.",
    "All set! I've cancelled order #W4803299; $38.25 will be refunded to your visa.",
    "The cancellation of order #W4803299 was successful.",
    "I've processed the cancellation of #W4803299.",
];

/// Refusing.
pub const REFUSE: &[&str] = &[
    "I am sorry, I can't cancel this order because the reason is not accepted.",
    "Unfortunately, I'm unable to cancel the order for that reason.",
    "I'm afraid that is not possible: we only accept two reasons.",
    "I apologize, but our policy does not allow this cancellation.",
    "Regrettably this order cannot be cancelled.",
    "I have to decline that, since it isn't one of the accepted reasons.",
    "Sorry, I won't be able to do that.",
    "That's not something I am permitted to do.",
];

/// Ending the conversation: the customer stops at once.
pub const CLOSE: &[&str] = &[
    "Goodbye, have a nice day.",
    "You're welcome! Have a great day!",
    "Thank you for contacting us. Bye!",
    "You are welcome. Take care and goodbye!",
    "Have a wonderful day ahead!",
];

/// Asking, at the end, whether there is anything else.
pub const ANYTHING_ELSE: &[&str] = &[
    "Is there anything else I can help with?",
    "Is there anything else I can help you with today?",
    "Can I do anything else for you?",
    "Do you need help with anything else?",
    "Let me know if there is anything else I can assist you with.",
    "Anything else?",
    "If you have any other questions, feel free to ask!",
];

/// Every sentence of every list.
pub fn all() -> Vec<&'static str> {
    let lists = [
        ASK_EMAIL,
        ASK_NAME_ZIP,
        ASK_ORDER,
        ASK_REASON,
        ASK_REFUND,
        ASK_PAYMENT,
        ASK_MORE,
        CONFIRM,
        CONFIRM_WRONG,
        DONE,
        REFUSE,
        CLOSE,
        ANYTHING_ELSE,
    ];
    lists.concat()
}
