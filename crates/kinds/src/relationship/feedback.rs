//! A feedback is what one person says of a ticket that was closed or of a service: a rating and a comment.

use model::handling::Single;

use crate::prelude::*;

pub const NATURE: Key<Choice> = Key::new("nature");
pub const RATING: Key<Decimal> = Key::new("rating");
pub const COMMENT: Key<Long> = Key::new("comment");
pub const TICKET: Key<Ref> = Key::new("ticket");
pub const SERVICE: Key<Ref> = Key::new("service");
pub const CUSTOMER: Key<Ref> = Key::new("customer");
pub const REQUESTER: Key<Person> = Key::new("requester");
pub const GIVEN_ON: Key<Date> = Key::new("given_on");
pub const OWNER: Key<Person> = Key::new("owner");
pub const FOLLOW_UP: Key<Long> = Key::new("follow_up");

pub fn kind() -> Kind {
    Kind::new("feedback", "feedbacks", "FBK")
        .labelled("Feedback", "Feedback")
        .about(
            "A feedback is what one person says of a ticket that was closed or of a service: a rating and a comment.",
        )
        .clause(&["8.3.2"])
        .area(Area::Services)
        .field(
            NATURE
                .choice(&["rating", "compliment"])
                .help("The answer to the question after closing, or unasked praise."),
        )
        .field(RATING.number().help("From 1, very unhappy, to 5, very happy.").indexed())
        .field(COMMENT.long().help("In the person's own words."))
        .field(TICKET.reference(&["incident", "service_request"]).help("What was closed before.").indexed())
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(CUSTOMER.reference(&["customer"]))
        .field(REQUESTER.person().label("From").column(Column::Requester))
        .field(GIVEN_ON.date().label("Given"))
        .field(OWNER.person().help("Who looks after what went wrong.").internal().column(Column::Owner))
        .field(
            FOLLOW_UP
                .long()
                .label("What came of it")
                .help("What was said and done about a rating of 1 or 2.")
                .required_in(&["followed_up"])
                .internal(),
        )
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::service_design())
        .grants(roles::customers_raise())
        .list(&["number", "title", "rating", "nature", "ticket", "customer", "state", "given_on"])
        .titled_by(&["comment", "nature"])
        .belongs_to("customer")
        .looks_at(&["ticket", "customer"])
        .single(Single {
            when: (NATURE.name, "rating"),
            of: TICKET.name,
            by: REQUESTER.name,
            says: "one person rates a ticket once, and that rating can be edited",
        })
        .rule(rating_is_one_to_five)
        .rule(people_rate_for_themselves)
        .rule(ticket_says_whose_it_is)
        .rule(unhappy_people_are_work)
}

/// Happy people leave no work; whoever is unhappy hears from us.
fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("received", Done)
        .state("to_follow_up", Open)
        .state("followed_up", Done)
        .step("follow_up", &["received"], "to_follow_up")
        .step("complete", &["to_follow_up"], "followed_up")
        .step("reopen", &["followed_up"], "to_follow_up");
    lifecycles::ending(lifecycle)
}

fn rating_is_one_to_five(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let whole = |rating: Decimal| rating.is_integer() && rating >= Decimal::ONE && rating <= Decimal::from(5);
    let wrong = draft.get(RATING).is_some_and(|rating| !whole(rating));
    if wrong && rules::touched(draft, facts, &[RATING.name]) {
        return Err(FieldError::new(RATING.name, "is a whole number from 1 to 5"));
    }
    Ok(())
}

/// A number for a ticket is a rating, whether it is called so or not; and nobody gives one in the name of somebody else.
fn people_rate_for_themselves(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if draft.get(RATING).is_some() && draft.get(TICKET).is_some() && draft.get(NATURE).is_none() {
        draft.set(NATURE, Choice("rating".into()));
    }
    let is_rating = draft.get(NATURE).is_some_and(|nature| nature.0 == "rating") && draft.get(TICKET).is_some();
    let own = draft.get(REQUESTER).is_some_and(|person| person.0.eq_ignore_ascii_case(&facts.actor.email));
    if facts.actor.customer.is_some() && is_rating && !own {
        return Err(FieldError::new(REQUESTER.name, "is whoever rates: nobody rates in the name of somebody else"));
    }
    Ok(())
}

/// What is said of a ticket belongs to its service, and only people who see the ticket say it.
fn ticket_says_whose_it_is(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if facts.before.is_none() {
        rules::stamp_day(draft, facts, GIVEN_ON);
    }
    let Some(number) = draft.get(TICKET).filter(|_| rules::touched(draft, facts, &[TICKET.name])) else {
        return Ok(());
    };
    let ticket = facts.related.get(&number.0);
    if facts.actor.customer.is_some() && ticket.is_none_or(|ticket| ticket.customer != facts.actor.customer) {
        return Err(FieldError::new(TICKET.name, format!("there is no ticket {}", number.0)));
    }
    if let Some(service) = ticket.and_then(|ticket| ticket.get(SERVICE))
        && draft.get(SERVICE).is_none()
    {
        draft.set(SERVICE, service);
    }
    Ok(())
}

fn unhappy_people_are_work(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if facts.before.is_none() && draft.get(RATING).is_some_and(|rating| rating <= Decimal::TWO) {
        draft.state = "to_follow_up".into();
        rules::relationship_owner(draft, facts, OWNER);
    }
    Ok(())
}
