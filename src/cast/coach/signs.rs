//! Signs in a failed conversation that a rule was wanting.

use super::story::{Call, Story};
use crate::cast::customer::hear::Act;
use crate::cast::rules::Rule;

/// What was seen: how strongly it speaks for a rule, and in a clause what it was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sign {
    pub rule: Rule,
    pub weight: u32,
    pub seen: &'static str,
}

/// The signs in one conversation; none where all went well.
pub fn signs(story: &Story<'_>) -> Vec<Sign> {
    if story.went_well() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut see = |rule, weight, seen, holds: bool| {
        if holds {
            found.push(Sign { rule, weight, seen });
        }
    };
    let wrote = story.writes().next().is_some();
    let gave_up = story.agent_did(Act::Refuse) && !wrote;
    see(Rule::Authenticate, 3, "it went to work without finding out who the customer was", !story.called("find_user"));

    let unknown =
        story.customer_says_any(&["don't know the order", "don't remember the order", "don't have it in my head"]);
    let asked_in_vain = unknown && story.agent_did(Act::AskOrder);
    see(Rule::FindOrder, 6, "it asked for an order number that the customer did not know", asked_in_vain);
    see(
        Rule::FindOrder,
        4,
        "it asked for an address that stands in the records",
        unknown && story.agent_did(Act::AskAddress),
    );

    let mut users = story.calls.iter().filter(|call| call.name.starts_with("find_user") && !call.failed());
    let found_user = users.next().map(|call| call.answer.trim());
    let foreign = story.writes().any(|call| {
        let owner = call.answered("user_id");
        owner.is_some() && found_user.is_some() && owner.as_deref() != found_user
    });
    let for_another = story.customer_says_any(&["neighbour", "neighbor", "her order", "his order", "friend's"]);
    see(Rule::OwnOrders, 7, "it changed an order that belongs to somebody else", wrote && (foreign || for_another));

    let unconfirmed =
        story.writes().any(|call| !story.agent_before(call.at).is_some_and(|heard| heard.does(Act::Propose)));
    let regret = story.customer_says_any(&["that is more than", "changed my mind", "wait, i also"]);
    see(Rule::Confirm, 4, "it made a change without having asked for a yes", unconfirmed);
    see(Rule::Confirm, 2, "the customer heard too late what was being done", unconfirmed && regret);

    let wrong_status = story.answers_contain("non-pending order") || story.answers_contain("non-delivered order");
    let before = |call: &Call<'_>| {
        let order = call.argument("order_id");
        story.writes().find(|earlier| earlier.at < call.at && earlier.argument("order_id") == order)
    };
    let failed = || story.calls.iter().filter(|call| call.writes() && call.failed());
    let locked = failed().any(|call| call.answer.contains("non-") && before(call).is_some());
    see(Rule::CheckStatus, 6, "a tool refused because the order had another status", wrong_status && !locked);

    let reason = story.feedback_says_any(&["reason"]);
    if let Some(cancel) = story.writes().find(|call| call.name.starts_with("cancel_")) {
        let asked = story.agent.iter().any(|(at, heard)| *at < cancel.at && heard.does(Act::AskReason));
        see(Rule::CancelReason, 5, "it cancelled without having asked for the reason", !asked);
        see(Rule::CancelReason, 3, "it cancelled for a reason that was not the customer's", reason);
        let takes_out = story.customer_says_any(&["take the", "take out", "out of my", "one item", "only the"]);
        see(Rule::WholeOrder, 7, "it cancelled a whole order to be rid of one item", takes_out);
    }

    let wants_cancel = story.customer_says_any(&["cancel the order", "cancel my", "cancel order"]);
    let reason_open = wants_cancel && !story.agent_did(Act::AskReason) && !story.called("cancel_");
    see(Rule::CancelReason, 3, "it never came to the reason for the cancellation", reason_open);

    let again = failed().any(|call| call.of_items() && before(call).is_some_and(Call::of_items));
    let blocked = failed().any(|call| !call.of_items() && before(call).is_some_and(Call::of_items));
    see(Rule::CollectItems, 5, "the order was locked by the first call when more of its items were wanted", again);
    let never_asked = story.writes().any(|call| {
        call.of_items() && !story.agent.iter().any(|(at, heard)| *at < call.at && heard.does(Act::AskMore))
    });
    see(Rule::CollectItems, 1, "it changed items without asking whether there were more", never_asked);
    see(Rule::ItemsLast, 7, "the items were changed first and the order was locked for the rest", blocked);

    let swapped = story.writes().any(|call| call.arguments["new_item_ids"].is_array());
    let kept = ["still with", "still for", "in the size they have", "same length", "as many"];
    see(
        Rule::KeepOptions,
        3,
        "options were changed that should have stayed",
        swapped && story.customer_says_any(&kept),
    );
    let declined = story.agent_did(Act::Propose) && story.customer_says_any(&["no, instead of"]);
    see(Rule::KeepOptions, 6, "the customer turned down a variant that differed in more than was asked for", declined);
    let variant = story.feedback_says_any(&["new_item_ids", "wrong variant", "wrong item"]);
    see(Rule::KeepOptions, 3, "a wrong variant was chosen", swapped && variant);

    see(Rule::Stock, 6, "a variant was chosen that is not available", story.answers_contain("not found or available"));
    let asks_stock = story.customer_says_any(&["in stock", "could buy", "cheapest", "dearest"]);
    see(Rule::Stock, 4, "what is out of stock was not left out", asks_stock);

    see(Rule::GiftCardBalance, 7, "the gift card did not hold enough", story.answers_contain("insufficient gift card"));
    let enough = story.customer_says_any(&["holds enough", "enough on it", "hold enough"]);
    see(Rule::GiftCardBalance, 2, "the gift card's balance was not looked at", enough);

    let settled = story.writes().any(|call| call.of_items() && !call.name.starts_with("return"));
    let asked_payment = story.agent_did(Act::AskPayment);
    see(Rule::PaymentMethod, 2, "a difference was settled without asking with what", settled && !asked_payment);
    let payment = story.feedback_says_any(&["payment_method", "payment method"]);
    see(Rule::PaymentMethod, 3, "another payment method was used than the customer's", settled && payment);

    let returned = story.writes().any(|call| call.name.starts_with("return_"));
    let asked_refund = story.agent_did(Act::AskRefund);
    see(Rule::RefundDestination, 4, "a refund was booked without asking where it should go", returned && !asked_refund);
    see(Rule::RefundDestination, 3, "the refund went to the wrong place", returned && payment);

    let of_profile = story.writes().any(|call| call.name == "modify_user_address");
    let of_order = story.writes().any(|call| call.name == "modify_pending_order_address");
    let wants_profile = story.customer_says_any(&["in my profile", "into my profile"]);
    let wants_order = story.customer_says_any(&["please send", "redirected"]);
    let both = of_profile && of_order && !(wants_profile && wants_order);
    see(Rule::BothAddresses, 6, "the profile's address was changed along with the order's", both);
    let one = wants_profile && wants_order && of_profile != of_order;
    see(Rule::BothAddresses, 4, "only one of the addresses was changed", one);
    let address_failed = failed().any(|call| call.name == "modify_pending_order_address");
    see(Rule::BothAddresses, 4, "the address was not changed where it was meant", address_failed);
    let other = of_profile && wants_order && !wants_profile || of_order && wants_profile && !wants_order;
    see(Rule::BothAddresses, 4, "another address was changed than the one that was meant", other);

    let goodbye = story.agent.last().is_some_and(|(_, heard)| heard.does(Act::Bye));
    let asked_else = story.agent_did(Act::AskElse) || story.agent_did(Act::AskMore);
    let hasty = goodbye && !asked_else;
    see(Rule::FinishAll, 4, "it said goodbye without asking whether there was more", hasty && !gave_up);
    see(Rule::FinishAll, 1, "it gave up and said goodbye", hasty && gave_up);

    let asks_figure = story.customer_says_any(&["how much", "how many", "what is the price", "total"]);
    let rounds = story.agent.iter().any(|(_, heard)| {
        ["about $", "roughly", "approximately", "around $"].iter().any(|vague| heard.text.contains(vague))
    });
    see(Rule::SayFigures, 6, "it said a rounded figure", rounds);
    see(
        Rule::SayFigures,
        3,
        "the figure that the customer asked for was not worked out",
        asks_figure && !story.called("calculate") && !asked_in_vain,
    );
    let unsaid = story.feedback_says_any(&["output", "figure", "not said", "number"]);
    see(Rule::SayFigures, 4, "a figure was not said as it is", unsaid && asks_figure);

    let too_much = story.feedback_says_any(&["extra", "should not", "not expected", "unexpected", "no change"]);
    see(Rule::Refuse, 4, "it did something that nobody should have done", wrote && too_much);
    let only_if = story.customer_says_any(&["leave the order as it is", "leave it as it is", "leave the payment"]);
    see(Rule::Refuse, 4, "it did the nearest thing instead of refusing", wrote && only_if);

    // What goes with the work that was done, even where nothing shows that it went wrong there.
    let cancelled = story.writes().any(|call| call.name.starts_with("cancel_"));
    let modified = story.called("modify_pending_order");
    see(Rule::KeepOptions, 1, "items were swapped with nothing said about the options that stay", swapped);
    see(Rule::WholeOrder, 1, "an order was cancelled with nothing said about single items", cancelled);
    see(Rule::CheckStatus, 1, "the status of the order was left to the tools", wrote);
    see(Rule::ItemsLast, 1, "nothing says in which order a pending order is changed", modified);
    see(Rule::Refuse, 1, "nothing says what to do about a wish that can't be met", wrote || gave_up);

    let harmed =
        ["crack", "damaged", "broken", "never come", "never came", "has not arrived", "never arrived", "no parcel"];
    let handed_over = story.called("transfer_");
    see(
        Rule::Transfer,
        8,
        "a lost or damaged parcel was not handed to a colleague",
        story.customer_says_any(&harmed) && !handed_over,
    );
    found
}
