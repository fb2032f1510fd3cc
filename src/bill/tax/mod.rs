//! Tax regimes, one a file. Each turns a draft's lines into taxes.

pub(crate) mod gst;
pub(crate) mod law;
mod line;
pub(crate) mod rule46;
pub(crate) mod vat;

pub(crate) use self::line::{Failure, Refusal};
use crate::books::config::Regime;
use crate::books::customers::Agreement;
use crate::model::invoice::{Draft, Edition, tax_sums};
use crate::model::money::per_cent_of;

/// Taxes the lines of a draft, and says what the law wants said. `agreement` may name how
/// GST treats the buyer, and where the supply is.
///
/// # Errors
/// [`Failure`].
pub(crate) fn apply(regime: &Regime, agreement: &Agreement, draft: &mut Draft) -> Result<(), Failure> {
    match regime {
        Regime::None => Ok(()),
        Regime::Gst(settings) => gst::apply(settings, agreement, draft),
        Regime::Vat { name, rate } => Ok(vat::apply(name, *rate, draft)?),
    }?;
    draft.taxes = tax_sums(&draft.lines, |line| &line.taxes)?;
    if matches!(regime, Regime::Gst(_)) && draft.edition > Edition::First {
        draft.remarks.extend(by_line(draft)?);
    }
    Ok(())
}

/// What is said where taxes are not their rate on their sum, since each line's is rounded.
fn by_line(draft: &Draft) -> Result<Option<String>, Failure> {
    for tax in &draft.taxes {
        if line::rounded(per_cent_of(tax.rate, tax.base.amount())?, draft.currency)? != tax.amount {
            return Ok(Some("Tax is rounded to the paisa on each line and then added up.".to_owned()));
        }
    }
    Ok(None)
}
