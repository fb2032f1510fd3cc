//! Where mail goes otherwise than when the documents were sealed.

use crate::books::config::Mailing;
use crate::books::customers::Customer;
use crate::model::mailbox::Mailbox;

/// What there is to say where a customer's addresses are not those that were sealed with its documents.
pub(super) fn readdressed(sealed: Option<&Customer>, now: Option<&Customer>) -> Option<String> {
    let of = |customer: Option<&Customer>| {
        let each = |customer: &Customer| [customer.party.email.clone(), customer.agreement.cc.clone()];
        customer.map(each).into_iter().flatten().flatten().collect::<Vec<String>>().join(", ")
    };
    let (was, is) = (of(sealed), of(now));
    let was = if was.is_empty() { "none" } else { &was };
    (sealed.is_some() && was != is).then(|| format!("its addresses were changed since the close: they were {was}"))
}

/// What of the settings of mail is not what was sealed: copies and answers go where it says.
pub(super) fn resettled(sealed: &Mailing, now: &Mailing) -> Vec<String> {
    let shown = |mailboxes: Vec<&Mailbox>| match mailboxes.as_slice() {
        [] => "none".to_owned(),
        some => some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    let each = |mailing: &'_ Mailing| {
        [
            ("from", shown(mailing.from.iter().collect())),
            ("reply_to", shown(mailing.reply_to.iter().collect())),
            ("cc", shown(mailing.cc.iter().collect())),
        ]
    };
    let pairs = each(sealed).into_iter().zip(each(now)).filter(|((_, was), (_, is))| was != is);
    pairs
        .map(|((name, was), (_, is))| format!("[mail] {name} was changed since the close: it was {was}, and is {is}"))
        .collect()
}
