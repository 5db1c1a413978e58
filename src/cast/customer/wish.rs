//! Wishes for items: a variant found in the shop, in the customer's words.

use super::agenda::{ItemWish, Reveal, Variant};
use super::shop::{Held, Offered, Shop, differing, said, text};
use crate::py::{Dict, Value};

/// The wish for an item to be returned, or to be swapped once `to` is set. `held` are all items of its order.
pub fn item(held: Held<'_>, order: &[Held<'_>], count: usize) -> ItemWish {
    let product = held.name.to_lowercase();
    let same = order.iter().filter(|other| other.item_id == held.item_id).count();
    let kin: Vec<&Held<'_>> =
        order.iter().filter(|other| other.name == held.name && other.item_id != held.item_id).collect();
    let say = if same > 1 && count == 1 {
        format!("one of the {} {}", number(same), plural(&product))
    } else if same > 1 && count == same {
        format!("{} {}", if same == 2 { "both" } else { "all" }, plural(&product))
    } else if kin.is_empty() {
        format!("the {product}")
    } else {
        let mut values: Vec<String> = Vec::new();
        for other in kin {
            values
                .extend(differing(other.options, held.options).into_iter().map(|(option, value)| said(option, value)));
        }
        values.dedup();
        format!("the {product} ({})", values.join(", "))
    };
    ItemWish { product, item_id: held.item_id.to_owned(), say, count, ..ItemWish::default() }
}

/// Sets what is wanted instead, with what a hesitant customer says first and what would be wrong.
pub fn wants(shop: &Shop<'_>, wish: &mut ItemWish, held: Held<'_>, to: Offered<'_>, say: Option<&str>) {
    let changed = differing(held.options, to.options);
    let target = variant(held, to, say);
    for offered in shop.variants(held.product_id) {
        for (option, value) in differing(held.options, offered.options) {
            let value = value.to_lowercase();
            // "no" and "none" stand in any sentence.
            let telling = value.len() > 4 || value.bytes().any(|letter| letter.is_ascii_digit());
            let stays = !changed.iter().any(|(own, _)| *own == option);
            if stays && telling && !wish.strays.contains(&value) {
                wish.strays.push(value);
            }
        }
        for (option, wanted) in &changed {
            let value = text(offered.options, option).to_lowercase();
            let own = [wanted.to_lowercase(), text(held.options, option).to_lowercase()];
            if !own.contains(&value) && !wish.others.contains(&value) {
                wish.others.push(value);
            }
        }
    }
    let others = |offered: &Offered<'_>| {
        offered.available && offered.item_id != held.item_id && offered.item_id != target.item_id
    };
    wish.strays.retain(|value| !changed.iter().any(|(_, wanted)| wanted.eq_ignore_ascii_case(value)));
    wish.decoy = shop.variants(held.product_id).find(others).map(|offered| variant(held, offered, None));
    wish.to = Some(target);
}

/// A variant in the customer's words: by `say`, or by what differs from the item held.
pub fn variant(held: Held<'_>, offered: Offered<'_>, say: Option<&str>) -> Variant {
    let changed = differing(held.options, offered.options);
    let say = match (say, changed.is_empty()) {
        (Some(say), _) => say.to_owned(),
        (None, true) => "the same one again".to_owned(),
        (None, false) => {
            let values: Vec<String> = changed.iter().map(|(option, value)| said(option, value)).collect();
            format!("the one with {}", values.join(", "))
        }
    };
    let values = changed.iter().map(|(_, value)| value.to_lowercase()).collect();
    Variant { item_id: offered.item_id.to_owned(), say, values }
}

/// The variant with these options, those not named as on the item held.
pub fn find<'a>(shop: &Shop<'a>, held: Held<'_>, options: &Dict) -> Option<Offered<'a>> {
    shop.variants(held.product_id).find(|offered| {
        offered.options.iter().all(|(option, value)| {
            let wanted = options.get(option).or_else(|| held.options.get(option));
            wanted.and_then(Value::as_str) == value.as_str()
        })
    })
}

pub fn reveal(word: &str) -> Reveal {
    match word {
        "asked" => Reveal::WhenAsked,
        "confirming" => Reveal::WhenConfirming,
        _ => Reveal::AtOnce,
    }
}

fn plural(product: &str) -> String {
    if product.ends_with('s') { product.to_owned() } else { format!("{product}s") }
}

fn number(count: usize) -> String {
    match count {
        2 => "two".to_owned(),
        3 => "three".to_owned(),
        more => more.to_string(),
    }
}
