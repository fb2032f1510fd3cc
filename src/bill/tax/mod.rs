//! Tax regimes, one a file. Each turns a draft's lines into taxes.

pub(crate) mod gst;
pub(crate) mod law;
mod line;
pub(crate) mod vat;

pub(crate) use self::line::{Failure, Refusal};
use crate::books::config::Regime;
use crate::books::customers::Agreement;
use crate::model::invoice::{Draft, Line, Tax};
use crate::model::money::MoneyError;

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
    draft.taxes = sums(&draft.lines)?;
    Ok(())
}

/// The lines' taxes added up by kind and rate, in the order in which they first stand.
///
/// # Errors
/// A sum beyond the exact range.
pub(crate) fn sums(lines: &[Line]) -> Result<Vec<Tax>, MoneyError> {
    let mut sums: Vec<Tax> = Vec::new();
    for line in lines {
        for tax in &line.taxes {
            let rate = tax.rate.normalize();
            match sums.iter_mut().find(|sum| sum.kind == tax.kind && sum.rate == rate) {
                Some(sum) => {
                    sum.base = sum.base.plus(&line.amount)?;
                    sum.amount = sum.amount.plus(&tax.amount)?;
                }
                None => sums.push(Tax { kind: tax.kind.clone(), rate, base: line.amount, amount: tax.amount }),
            }
        }
    }
    Ok(sums)
}
