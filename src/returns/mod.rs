//! Returns to the tax authority: issued documents → the tables of a form. Pure.
//!
//! - `amounts`: what is taxable and the four taxes, added up
//! - `told`: a sealed document as a return takes it
//! - `tables`, `small`: what stands in the tables of Form GSTR-1 (CGST Act, section 37; CGST
//!   Rule 59)
//! - `earlier`: what returns of earlier months said
//! - `checks`: what the portal would refuse
//! - `gstr1`: from documents and earlier returns to the return of a month

pub(crate) mod amounts;
mod checks;
pub(crate) mod earlier;
pub(crate) mod gstr1;
pub(crate) mod small;
pub(crate) mod tables;
pub(crate) mod told;
