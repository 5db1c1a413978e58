//! What the customer makes of each phrasing.

use taupe::cast::{Agenda, RehearsalCustomer, Style};

use crate::agents::converse;
use crate::phrasings as say;
use crate::worlds::{starter, task};

/// Says each phrasing to the customer of a training task, after these words, and checks the answer.
#[track_caller]
fn check(index: usize, before: &[&str], phrasings: &[&str], fits: impl Fn(&str) -> bool) {
    check_in(("train", index), before, phrasings, fits);
}

#[track_caller]
fn check_in((split, index): (&str, usize), before: &[&str], phrasings: &[&str], fits: impl Fn(&str) -> bool) {
    let mut wrong = Vec::new();
    for words in phrasings {
        for seed in [1, 2, 3] {
            let customer =
                RehearsalCustomer::new(Agenda::of_task(starter(), task(split, index)), Style::OneAtATime, seed);
            let agent: Vec<&str> = before.iter().copied().chain([*words]).collect();
            let reply = converse(&customer, &agent).pop().unwrap();
            if !fits(&reply) {
                wrong.push(format!("{words}\n    → {reply}"));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), phrasings.len(), wrong.join("\n"));
}

const YES: &[&str] = &["I will cancel order #W4803299 because: ordered by mistake. Shall I go ahead (yes or no)?"];

#[test]
fn asked_for_the_email_it_gives_it() {
    check(0, &[], say::ASK_EMAIL, |reply| reply.contains("nora.whitlock38@example.com"));
}

#[test]
fn asked_for_name_and_zip_code_it_gives_both() {
    check_in(("dev", 1), &[], say::ASK_NAME_ZIP, |reply| reply.contains("Owen Castellano") && reply.contains("05671"));
}

#[test]
fn asked_for_an_email_that_it_has_not_it_says_so_and_gives_name_and_zip_code() {
    check_in(("dev", 1), &[], &["What is your e-mail address?"], |reply| {
        reply.contains("don't have") && reply.contains("05671") && !reply.contains('@')
    });
}

#[test]
fn asked_for_an_order_number_it_does_not_know_it_describes_the_order() {
    check(0, &[], say::ASK_ORDER, |reply| {
        reply.contains("don't know") && reply.contains("paper lantern") && !reply.contains("#W")
    });
}

#[test]
fn asked_for_an_order_number_it_knows_it_says_it() {
    check(1, &[], say::ASK_ORDER, |reply| reply.contains("#W7537941"));
}

#[test]
fn asked_for_the_reason_it_gives_its_own() {
    check(0, &[], say::ASK_REASON, |reply| reply.contains("mistake"));
    check_in(("dev", 0), &[], say::ASK_REASON, |reply| reply.contains("cheaper"));
}

#[test]
fn asked_where_the_refund_goes_it_says_where() {
    check_in(("dev", 1), &[], say::ASK_REFUND, |reply| reply.contains("gift card"));
}

#[test]
fn asked_what_pays_it_says_what() {
    check(1, &[], say::ASK_PAYMENT, |reply| reply.contains("PayPal") && !reply.contains("mastercard"));
}

#[test]
fn asked_for_more_it_tells_what_it_held_back() {
    check(1, &[], say::ASK_MORE, |reply| reply.contains("linen apron") && reply.contains("slate"));
}

#[test]
fn asked_for_a_yes_to_what_it_wants_it_says_yes() {
    check(0, &[], say::CONFIRM, |reply| reply.starts_with("Yes"));
}

#[test]
fn asked_for_a_yes_to_anything_else_it_says_no() {
    check(0, &[], say::CONFIRM_WRONG, |reply| reply.starts_with("No"));
}

#[test]
fn told_that_all_is_done_it_leaves() {
    check(0, YES, say::DONE, |reply| reply == "###STOP###");
}

#[test]
fn told_that_one_thing_is_done_it_goes_on_with_the_next() {
    let done = [
        "Done: order #W5278881 is cancelled.",
        "I have cancelled your order with the box kite.",
        "Your order has been successfully cancelled.",
    ];
    check(11, &[], &done, |reply| reply.contains("wind chime"));
}

#[test]
fn a_refusal_is_accepted_where_the_agenda_says_so() {
    check_in(("dev", 0), &[], say::REFUSE, |reply| reply.contains("leave"));
}

#[test]
fn a_refusal_is_questioned_once_where_it_is_not_expected() {
    check(0, &[], say::REFUSE, |reply| reply.contains("Are you sure"));
    check(0, &["I am sorry, I can't do that."], say::REFUSE, |reply| reply.contains("leave"));
}

#[test]
fn at_a_goodbye_it_leaves_whatever_is_open() {
    check(11, &[], say::CLOSE, |reply| reply == "###STOP###");
}

#[test]
fn with_nothing_left_it_says_so() {
    check(0, &[YES[0]], say::ANYTHING_ELSE, |reply| reply.starts_with("No"));
    check(11, &["Done: order #W5278881 is cancelled."], say::ANYTHING_ELSE, |reply| reply.contains("wind chime"));
}

#[test]
fn an_alternative_is_taken_where_the_agenda_holds_one() {
    let offers = [
        "It is still pending, so I can't return it. It can be cancelled instead. Do you want that?",
        "The hammock has not been sent yet; a return isn't possible, but I could cancel the order. Would you like me to do that?",
        "I can't return it because it is pending. Would you like to cancel the order instead?",
    ];
    check(7, &[], &offers, |reply| reply.starts_with("Yes"));
    check(7, &[], &["I am sorry, I can't return it because the order is still pending."], |reply| {
        reply.contains("cancel")
    });
}

#[test]
fn a_price_above_the_limit_drops_what_is_too_dear() {
    let prices = [
        "The teapot costs $12.55 more. Shall I go ahead?",
        "I will exchange the wool blanket and the clay teapot; the difference is $17.15, paid with PayPal. Shall I go ahead (yes or no)?",
    ];
    check(2, &[], &prices, |reply| {
        reply.contains("10 dollars") && reply.contains("only the wool blanket") && !reply.starts_with("Yes")
    });
    let cheap = [
        "I will exchange the wool blanket (double, checked) and the clay teapot (6, sand); the difference is $7.15, paid with PayPal. Shall I go ahead?",
    ];
    check(2, &[], &cheap, |reply| reply.starts_with("Yes"));
}

#[test]
fn where_a_gift_card_falls_short_it_names_the_other_method() {
    let short = [
        "The gift card does not hold enough for this order. Which other payment method should I use?",
        "Unfortunately your gift card balance is insufficient, so I can't use it.",
    ];
    check(4, &[], &short, |reply| reply.contains("PayPal"));
}

#[test]
fn wrong_money_is_put_right() {
    let refunds = [
        "I will return the felt slippers and the storm torch of order #W2167550; the refund goes to your visa. Shall I go ahead?",
    ];
    check_in(("dev", 1), &[], &refunds, |reply| reply.starts_with("No") && reply.contains("gift card"));
    let pays = [
        "I will change the iron skillet in order #W7537941 to 30 cm with a long handle, and the linen apron to a long one in slate, paid with your mastercard. Shall I go ahead?",
    ];
    check(1, &["Anything else to change in this order?"], &pays, |reply| {
        reply.starts_with("No") && reply.contains("PayPal")
    });
}

#[test]
fn a_forgotten_item_and_a_kept_one_are_put_right() {
    check_in(("dev", 1), &[], &["I will return the felt slippers of order #W2167550. Shall I go ahead?"], |reply| {
        reply.starts_with("No") && reply.contains("storm torch")
    });
    check_in(
        ("dev", 1),
        &[],
        &["I will return the felt slippers, the storm torch and the rain poncho of order #W2167550. Shall I go ahead?"],
        |reply| reply.starts_with("No") && reply.contains("rain poncho"),
    );
}

#[test]
fn several_questions_are_answered_in_one_reply() {
    check(
        0,
        &[],
        &["Could you tell me your email and the reason for the cancellation? Which order number is it?"],
        |reply| reply.contains('@') && reply.contains("mistake") && reply.contains("paper lantern"),
    );
}

#[test]
fn an_option_that_was_to_stay_is_put_right() {
    let asked = ["Is there anything else in this order that you want to change?"];
    let changed = [
        "I will exchange items of order #W9239008: Paper Lantern (30 cm, white) will be exchanged for (45 cm, blue); Enamel Mug Set (pieces 4, cream) will be exchanged for (pieces 6, green); the difference is $21.40 extra, paid with your gift card. Shall I go ahead (yes or no)?",
    ];
    check_in(("train", 3), &asked, &changed, |reply| {
        reply.starts_with("No") && reply.contains("as many pieces as now")
    });
    let kept = [
        "I will exchange items of order #W9239008: Paper Lantern (30 cm, white) will be exchanged for (45 cm, blue); Enamel Mug Set (pieces 4, cream) will be exchanged for (pieces 4, green); the difference is $7.85 extra, paid with your gift card. Shall I go ahead (yes or no)?",
    ];
    check_in(("train", 3), &asked, &kept, |reply| reply.starts_with("Yes"));
}

#[test]
fn asked_for_an_address_with_its_zip_code_it_tells_the_address_and_not_who_it_is() {
    let asks = [
        "What is the full address, with city, state and zip code?",
        "Please give me the new address: street, city, state and zip.",
    ];
    check_in(("train", 5), &[], &asks, |reply| reply.contains("8 Kingfisher Wharf") && !reply.contains('@'));
}
