//! Words of agents, sorted into the few meanings that a customer listens for.

/// Meanings as a set of bits; a word may have several.
pub type Meanings = u128;

macro_rules! meanings {
    ($($name:ident),* $(,)?) => { meanings!(@ 0; $($name,)*); };
    (@ $at:expr; $name:ident, $($rest:ident,)*) => {
        pub const $name: Meanings = 1 << $at;
        meanings!(@ $at + 1; $($rest,)*);
    };
    (@ $at:expr;) => {};
}

meanings! {
    EMAIL, NAME, ZIP, USER, NUMBER, ORDER, ADDRESS, PROFILE,
    WHICH, WHY, WHERE, HOW, OR,
    REASON, MISTAKE, NEEDED,
    PAY, REFUND, GIFT, ORIGINAL, SHORT,
    ITEM, CHANGE, ELSE, OTHER, ANY, EVERYTHING, HELP,
    CONFIRM, OFFER, WANT, PLEASE, ASK, IDENTITY,
    CANCEL, RETURN, EXCHANGE,
    DID, PERFECT, SUCCESS, MIGHT, ALREADY,
    NOT, CANNOT, SORRY, FIND, WITHOUT,
    TRANSFER, BYE, DAY, HAVE, WAIT,
    DIFFERENCE, STAY, STOCK, SEND, PREFER,
    FLIGHT, CABIN, BAG, INSURANCE, PASSENGER, BOOK, CERTIFICATE, BIRTH, TRIP, FLOWN, DATE, WHO,
}

/// What a lower-case word may mean; nothing for most.
pub fn of_word(word: &str) -> Meanings {
    match word {
        "email" | "mail" | "emails" => EMAIL,
        "name" | "names" | "surname" => NAME,
        "zip" | "zipcode" | "postal" | "postcode" => ZIP,
        "user" | "username" => USER,
        "number" | "numbers" | "id" | "ids" => NUMBER,
        "order" | "orders" | "reservation" | "reservations" => ORDER,
        "flight" | "flights" | "fly" | "flying" => FLIGHT,
        "cabin" | "economy" | "business" => CABIN,
        "bag" | "bags" | "baggage" | "luggage" | "suitcase" | "suitcases" => BAG,
        "insurance" => INSURANCE,
        "passenger" | "passengers" | "traveler" | "traveller" | "travelers" | "travellers" => PASSENGER,
        "book" | "booking" => BOOK,
        "certificate" | "compensation" | "compensate" | "voucher" => CERTIFICATE,
        "birth" | "birthday" | "born" | "dob" => BIRTH,
        "flown" => FLOWN,
        "date" | "dates" | "days" => DATE,
        "who" => WHO,
        "address" | "addresses" => ADDRESS,
        "profile" | "default" => PROFILE,
        "which" | "what" | "what's" | "whichever" => WHICH,
        "why" => WHY | REASON,
        "where" => WHERE,
        "how" => HOW,
        "or" => OR,
        "reason" | "reasons" => REASON,
        "mistake" | "mistakenly" | "accident" => MISTAKE,
        "needed" => NEEDED,
        "payment" | "payments" | "pay" | "paid" | "paying" | "charge" | "charged" | "card" | "cards" | "settle"
        | "settled" | "paypal" | "visa" | "mastercard" => PAY,
        "refund" | "refunded" | "refunds" | "money" | "credit" | "credited" | "reimbursed" | "reimbursement" => REFUND,
        "gift" => GIFT,
        "original" | "originally" => ORIGINAL,
        "insufficient" | "enough" | "cover" | "covers" | "short" | "sufficient" | "balance" | "suffice" => SHORT,
        "item" | "items" | "product" | "products" | "option" | "options" | "variant" | "variants" | "colour"
        | "color" | "size" | "article" | "articles" => ITEM,
        "change" | "changes" | "modify" | "modification" | "modifications" | "update" | "updates" | "switch"
        | "adjust" | "changing" | "modifying" | "updating" | "switching" => CHANGE,
        "else" => ELSE,
        "other" | "others" | "another" | "further" | "additional" | "more" | "also" => OTHER,
        "any" | "anything" | "something" | "some" => ANY,
        "all" | "everything" => EVERYTHING,
        "help" | "assist" | "assistance" | "questions" | "question" | "concerns" | "requests" | "request" => HELP,
        "confirm" | "confirmation" | "confirms" | "proceed" | "proceeding" | "ahead" | "continue" | "correct"
        | "agree" | "okay" | "ok" | "approve" | "approval" | "sure" | "alright" | "fine" | "right" | "yes"
        | "sound" | "sounds" | "acceptable" | "accept" | "happy" | "agreed" | "consent" => CONFIRM,
        "please" | "kindly" => PLEASE,
        "provide" | "tell" | "share" | "give" | "specify" | "need" | "know" | "enter" | "require" | "state"
        | "verify" | "identify" | "authenticate" | "could" | "requires" | "clarify" => ASK | verify(word),
        "identity" | "account" => IDENTITY,
        "cancel" | "cancelling" | "canceling" | "cancellation" => CANCEL,
        "cancelled" | "canceled" => CANCEL | DID,
        "return" | "returning" | "returns" => RETURN,
        "returned" => RETURN | DID,
        "exchange" | "exchanging" | "swap" | "swapping" | "replace" | "replacing" | "instead" | "replacement" => {
            EXCHANGE
        }
        "exchanged" | "swapped" | "replaced" => EXCHANGE | DID,
        "changed" | "modified" | "updated" | "switched" | "adjusted" => CHANGE | DID,
        "moved" | "redirected" | "submitted" | "initiated" | "booked" | "arranged" | "issued" | "noted"
        | "completed" | "applied" | "placed" | "registered" => DID,
        "has" | "been" | "is" | "are" | "was" | "were" | "now" | "i've" | "we've" | "it's" => PERFECT,
        "have" => PERFECT | HAVE,
        "done" | "successfully" | "successful" => SUCCESS,
        "will" | "would" | "can" | "once" | "if" | "after" | "when" | "may" | "i'll" | "you've" | "should" | "be" => {
            MIGHT
        }
        "already" => ALREADY,
        "not" | "isn't" | "don't" | "doesn't" | "no" | "aren't" | "only" | "never" | "hasn't" | "wasn't" | "nor" => NOT,
        "cannot" | "can't" | "unable" | "impossible" | "won't" | "decline" | "refuse" | "ineligible" => CANNOT,
        "sorry" | "unfortunately" | "afraid" | "apologize" | "apologise" | "apologies" | "regrettably" | "regret" => {
            SORRY
        }
        "able" | "possible" | "allowed" | "allow" | "permitted" | "eligible" | "permit" => CAN,
        "find" | "found" | "locate" | "match" => FIND,
        "without" | "until" | "before" | "unless" => WITHOUT,
        "transfer" | "transferring" | "transferred" | "human" | "representative" | "colleague" | "supervisor"
        | "specialist" => TRANSFER,
        "goodbye" | "bye" | "farewell" => BYE,
        "day" | "evening" | "weekend" | "afternoon" | "morning" => DAY,
        "moment" | "hold" | "checking" | "minute" | "wait" | "shortly" | "patience" => WAIT,
        "difference" | "extra" | "surcharge" | "costs" | "dearer" => DIFFERENCE,
        "keep" | "keeps" | "stay" | "stays" | "remain" | "remains" | "unchanged" | "untouched" | "kept" | "keeping" => {
            STAY
        }
        "stock" | "available" | "unavailable" => STOCK,
        "ship" | "shipping" | "deliver" | "delivery" | "send" | "sent" | "shipped" | "redirect" | "destination" => SEND,
        "prefer" | "preferred" | "choose" | "preference" => PREFER,
        _ => 0,
    }
}

/// "not able", "not allowed" and the like refuse; without the "not" they mean nothing.
pub const CAN: Meanings = 1 << 127;

fn verify(word: &str) -> Meanings {
    if matches!(word, "verify" | "identify" | "authenticate") { IDENTITY } else { 0 }
}

/// What two words mean together, beyond what each does.
pub fn of_pair(first: &str, second: &str) -> Meanings {
    match (first, second) {
        ("shall" | "should" | "may" | "can" | "could", "i" | "we") => OFFER,
        ("like" | "want" | "wish" | "prefer", "me" | "us") => OFFER,
        ("you", "want" | "like" | "wish" | "prefer") => WANT,
        ("is", "that" | "this") | ("are", "you") => WANT,
        ("take", "care") => BYE,
        ("send", "back") => RETURN,
        ("let", "me") => WAIT,
        ("which" | "what", "order" | "orders" | "reservation") => NUMBER,
        ("one", "way") | ("round", "trip") => TRIP,
        ("been" | "i've" | "have" | "we've" | "successfully", "processed") => DID,
        ("all", "set") => SUCCESS,
        ("price", "difference") => DIFFERENCE,
        _ => 0,
    }
}
