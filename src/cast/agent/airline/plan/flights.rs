//! Finding flights that suit, and what they cost.

use super::Mind;
use crate::cast::agent::Step;
use crate::cast::agent::airline::reading::{self, Leg, Taste};
use crate::cast::agent::airline::records::{Money, Offer};
use crate::cast::agent::airline::speech;
use crate::cast::rules::Rule;

/// What is looked for: one way of a trip.
pub struct Quest<'q> {
    pub route: [&'q str; 2],
    pub date: &'q str,
    pub cabin: &'q str,
    pub heads: i64,
    pub leg: &'q Leg,
    /// The numbers of the flights that it has now.
    pub now: Vec<&'q str>,
}

impl Mind<'_> {
    /// What a search lists, made now or before.
    ///
    /// # Errors
    /// The call that makes it.
    pub fn search(&mut self, tool: &'static str, route: [&str; 2], date: &str) -> Result<Vec<Vec<Offer>>, Step> {
        if let Some(found) = self.memory.found(tool, route, date) {
            return Ok(found);
        }
        let [origin, destination] = route;
        let arguments = [("origin", origin), ("destination", destination), ("date", date)];
        match self.desk.look_up(tool, &arguments) {
            Some(step) => Err(step),
            None => Ok(Vec::new()),
        }
    }

    /// All ways between two places that the agent thinks of.
    ///
    /// # Errors
    /// The search that is needed first.
    pub fn ways(&mut self, route: [&str; 2], date: &str, taste: &Taste) -> Result<Vec<Vec<Offer>>, Step> {
        let mut ways = self.search("search_direct_flight", route, date)?;
        let wide = self.desk.follows(Rule::SearchAll) && !taste.direct;
        if ways.is_empty() || wide {
            ways.extend(self.search("search_onestop_flight", route, date)?);
        }
        Ok(ways)
    }

    /// The flights that are meant.
    ///
    /// # Errors
    /// The step that is needed to know them; nothing, once it is told that there are none.
    pub fn pick(&mut self, quest: &Quest<'_>) -> Result<Vec<Offer>, Option<Step>> {
        let taste = &quest.leg.taste;
        let mut numbers: Vec<&str> = quest.leg.numbers.iter().map(String::as_str).collect();
        if taste.same && numbers.is_empty() {
            numbers.clone_from(&quest.now);
        }
        let fits = |way: &Vec<Offer>| way.iter().all(|offer| offer.price(quest.cabin, quest.heads).is_some());
        let named = |way: &Vec<Offer>| way.iter().map(|offer| offer.number.as_str()).eq(numbers.iter().copied());
        let mut ways = if numbers.is_empty() {
            self.ways(quest.route, quest.date, taste).map_err(Some)?
        } else {
            let tool = if numbers.len() > 1 { "search_onestop_flight" } else { "search_direct_flight" };
            self.search(tool, quest.route, quest.date).map_err(Some)?
        };
        ways.retain(|way| fits(way) && (numbers.is_empty() || named(way)) && suits(way, taste));
        if taste.cheapest {
            let first = self.cheapest(ways, quest.cabin);
            ways = first.into_iter().collect();
        }
        match ways.as_slice() {
            [] => {
                let [from, to] = quest.route.map(reading::city);
                self.desk.tell(format!(
                    "I am sorry, I can't find such a flight from {from} to {to} on {} with enough seats.",
                    speech::day(quest.date)
                ));
                Err(None)
            }
            [only] => Ok(only.clone()),
            several => self.choose(several, quest),
        }
    }

    /// The cheapest way: the first one found, for who does not compare.
    fn cheapest(&self, ways: Vec<Vec<Offer>>, cabin: &str) -> Option<Vec<Offer>> {
        let mut ways = ways.into_iter();
        if self.desk.follows(Rule::SearchAll) { ways.min_by_key(|way| fare(way, cabin)) } else { ways.next() }
    }

    /// Asks which of several ways it shall be.
    fn choose(&mut self, ways: &[Vec<Offer>], quest: &Quest<'_>) -> Result<Vec<Offer>, Option<Step>> {
        let [from, to] = quest.route.map(reading::city);
        let question = format!("Which flight would you like from {from} to {to} on {}", speech::day(quest.date));
        let Some(answer) = self.memory.talk.answer_to(&question) else {
            let listed: Vec<String> = ways.iter().take(8).map(|way| speech::offered(way, quest.cabin)).collect();
            return Err(Some(self.desk.say(&format!("{question}: {}?", listed.join("; ")))));
        };
        let chosen = ways.iter().find(|way| way.iter().all(|offer| answer.contains(&offer.number)));
        let wished = reading::legs(&answer).into_iter().next();
        let by_taste = || {
            let taste = wished?.taste;
            let mut fitting = ways.iter().filter(|way| suits(way, &taste));
            if taste.cheapest { fitting.min_by_key(|way| fare(way, quest.cabin)) } else { fitting.next() }
        };
        // Who does not mind gets the cheapest.
        let any = || ways.iter().min_by_key(|way| fare(way, quest.cabin));
        chosen.or_else(by_taste).or_else(any).cloned().ok_or(None)
    }
}

/// What a way costs one passenger.
pub fn fare(way: &[Offer], cabin: &str) -> Money {
    way.iter().filter_map(|offer| offer.price(cabin, 1)).fold(0, Money::saturating_add)
}

fn suits(way: &[Offer], taste: &Taste) -> bool {
    let hour = |time: &str| time.get(..2).and_then(|hour| hour.parse::<u8>().ok()).unwrap_or_default();
    let leaves = |(from, to): (u8, u8)| way.first().is_some_and(|offer| (from..to).contains(&hour(&offer.departs)));
    let in_time = |by: &String| way.last().is_some_and(|offer| !offer.arrives.contains('+') && offer.arrives <= *by);
    (!taste.direct || way.len() == 1)
        && taste.leaves.is_none_or(leaves)
        && taste.arrives_by.as_ref().is_none_or(in_time)
}
