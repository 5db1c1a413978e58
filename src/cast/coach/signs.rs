//! Signs in a failed conversation that a rule was wanting.

use super::story::Story;
use crate::cast::customer::hear::Act;
use crate::cast::customer::lexicon as lex;
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
    let identified = story.called("find_user");
    see(Rule::Authenticate, 4, "it went to work without finding out who the customer was", !identified);

    let unknown =
        story.customer_says_any(&["don't know the order", "don't remember the order", "i don't have it in my head"]);
    see(
        Rule::FindOrder,
        5,
        "it asked for an order number that the customer did not know",
        unknown && story.agent_did(Act::AskOrder),
    );
    see(
        Rule::FindOrder,
        3,
        "it never opened the profile that lists the orders",
        unknown && !story.called("get_user_details"),
    );
    see(
        Rule::FindOrder,
        3,
        "it asked for an address that stands in the records",
        unknown && story.agent_did(Act::AskAddress),
    );

    let found_user = story
        .calls
        .iter()
        .find(|call| call.name.starts_with("find_user") && !call.failed())
        .map(|call| call.answer.trim());
    let foreign = story.writes().any(|call| {
        let owner = call.answered("user_id");
        owner.is_some() && found_user.is_some() && owner.as_deref() != found_user
    });
    see(Rule::OwnOrders, 6, "it changed an order that belongs to somebody else", foreign);
    let speaks_for_another = story.customer_says_any(&["neighbour", "neighbor", "her order", "his order", "friend's"]);
    see(Rule::OwnOrders, 4, "it touched an order of a person other than the customer", wrote && speaks_for_another);

    let unconfirmed = story.writes().any(|call| {
        let asked = story.agent_before(call.at).is_some_and(|heard| heard.does(Act::Propose));
        !asked
    });
    see(Rule::Confirm, 3, "it made a change without having asked for a yes", unconfirmed);
    let regret =
        story.customer_says_any(&["that is more than", "i had wanted", "i have changed my mind", "wait, i also"]);
    see(Rule::Confirm, 2, "the customer heard too late what was being done", unconfirmed && regret);

    let wrong_status = story.answers_contain("non-pending order") || story.answers_contain("non-delivered order");
    let first_of_order = |name: &str| story.calls.iter().filter(|call| call.name == name && !call.failed()).count();
    let locked = story.calls.iter().any(|call| {
        call.failed()
            && call.answer.contains("non-")
            && story
                .writes()
                .any(|before| before.at < call.at && before.argument("order_id") == call.argument("order_id"))
    });
    see(Rule::CheckStatus, 5, "a tool refused because the order had another status", wrong_status && !locked);

    let cancelled = story.writes().find(|call| call.name.starts_with("cancel_"));
    if let Some(cancel) = cancelled {
        let asked = story.agent.iter().any(|(at, heard)| *at < cancel.at && heard.does(Act::AskReason));
        see(Rule::CancelReason, 4, "it cancelled without having asked for the reason", !asked);
        let takes_out = story.customer_says_any(&["take the", "take out", "out of my", "one item cannot", "only the"]);
        see(Rule::WholeOrder, 6, "it cancelled a whole order to be rid of one item", takes_out);
    }

    let mut again = false;
    let mut blocked = false;
    for call in story.calls.iter().filter(|call| call.writes() && call.failed()) {
        let before = story
            .writes()
            .find(|earlier| earlier.at < call.at && earlier.argument("order_id") == call.argument("order_id"));
        again |= before.is_some_and(|earlier| earlier.of_items() && call.of_items());
        blocked |= before.is_some_and(|earlier| earlier.of_items() && !call.of_items());
    }
    see(Rule::CollectItems, 6, "the order was locked by the first call when more of its items were wanted", again);
    let never_asked = story.writes().any(|call| {
        call.of_items() && !story.agent.iter().any(|(at, heard)| *at < call.at && heard.does(Act::AskMore))
    });
    see(Rule::CollectItems, 2, "it changed items without asking whether there were more", never_asked);
    see(Rule::ItemsLast, 7, "the items were changed first and the order was locked for the rest", blocked);

    let corrected =
        story.customer_says_any(&["instead of the", "still with", "still for", "in the size they have", "same length"]);
    see(
        Rule::KeepOptions,
        2,
        "options that the customer had not mentioned were changed",
        corrected && first_of_order_items(story),
    );
    see(
        Rule::KeepOptions,
        3,
        "a wrong variant was chosen",
        story.feedback_says_any(&["new_item_ids", "wrong variant", "wrong item"]),
    );

    see(Rule::Stock, 5, "a variant was chosen that is not available", story.answers_contain("not found or available"));
    let asks_stock = story.customer_says_any(&["in stock", "could buy", "cheapest", "dearest", "available"]);
    see(Rule::Stock, 2, "the question was about what is in stock", asks_stock);

    see(Rule::GiftCardBalance, 6, "the gift card did not hold enough", story.answers_contain("insufficient gift card"));
    let gift = story.customer_says_any(&["gift card"]);
    let enough = story.customer_says_any(&["holds enough", "enough on it", "hold enough", "balance"]);
    see(Rule::GiftCardBalance, 3, "the gift card was used without a look at its balance", gift && enough);

    let asked_payment = story.agent_did(Act::AskPayment);
    let settled = story.writes().any(|call| call.of_items() && !call.name.starts_with("return"));
    see(Rule::PaymentMethod, 3, "a difference was settled without asking with what", settled && !asked_payment);
    see(
        Rule::PaymentMethod,
        2,
        "another payment method was used than the customer's",
        story.feedback_says_any(&["payment_method_id", "payment method"]),
    );

    let returned = story.writes().any(|call| call.name.starts_with("return_"));
    see(
        Rule::RefundDestination,
        5,
        "a refund was booked without asking where it should go",
        returned && !story.agent_did(Act::AskRefund),
    );

    let addresses = (first_of_order("modify_user_address"), first_of_order("modify_pending_order_address"));
    see(
        Rule::BothAddresses,
        5,
        "the profile's address was changed along with the order's",
        addresses.0 > 0 && addresses.1 > 0 && !story.customer_says_any(&["in my profile", "my profile, please"]),
    );
    let both_wanted =
        story.customer_says_any(&["in my profile"]) && story.customer_says_any(&["every order", "redirected"]);
    see(
        Rule::BothAddresses,
        4,
        "only one of the addresses was changed",
        both_wanted && (addresses.0 == 0) != (addresses.1 == 0),
    );
    see(
        Rule::BothAddresses,
        2,
        "an address that should stay was changed",
        addresses.0 > 0 && story.customer_says_any(&["profile should keep"]),
    );

    let last_goodbye = story.agent.last().is_some_and(|(_, heard)| heard.does(Act::Bye));
    let asked_else = story.agent_did(Act::AskElse) || story.agent_did(Act::AskMore);
    see(Rule::FinishAll, 4, "it said goodbye while the customer still had a request", last_goodbye && !asked_else);

    let asks_figure = story.customer_says_any(&["how much", "how many", "what is the price", "by how many", "total"]);
    see(
        Rule::SayFigures,
        5,
        "the figure that the customer asked for was not worked out",
        asks_figure && !story.called("calculate"),
    );
    see(
        Rule::SayFigures,
        3,
        "a figure was not said as it is",
        story.feedback_says_any(&["output", "figure", "not said", "number"]) && asks_figure,
    );

    let told_not =
        story.feedback_says_any(&["extra", "should not", "not expected", "unexpected", "nothing should", "no change"]);
    see(Rule::Refuse, 4, "it did something that nobody should have done", wrote && told_not);
    let only_if = story.customer_says_any(&["leave the order as it is", "leave it as it is", "leave the payment"]);
    see(Rule::Refuse, 3, "it did the nearest thing instead of refusing", wrote && only_if);

    let harmed = story.customer_says_any(&[
        "crack",
        "damaged",
        "broken",
        "never come",
        "never came",
        "not arrived",
        "never arrived",
        "no parcel",
    ]);
    see(
        Rule::Transfer,
        7,
        "a lost or damaged parcel was not handed to a colleague",
        harmed && !story.called("transfer_"),
    );
    found
}

/// Whether items were swapped.
fn first_of_order_items(story: &Story<'_>) -> bool {
    story.writes().any(|call| call.of_items() && call.arguments["new_item_ids"].is_array())
        || story.agent.iter().any(|(_, heard)| heard.all & lex::EXCHANGE != 0)
}
