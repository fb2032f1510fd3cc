//! In which order equally good fits are preferred, and why.

/// What kind of trace a candidate has left. Of several that fit, those come first that more
/// than their amount shows; among them, and among the others, those that stand first here:
/// from one slip of the set-up, over what the rows themselves show, to what can be made of
/// almost any row. Within a kind, the order of the checks decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Preference {
    /// The whole of one side is that of the other by a setting of the export: paise, signs.
    WholeFigure,
    /// Most customers differ by as little: a habit and no accident.
    Habit,
    /// The whole of one side is the other at the customer's own mark-up or rates.
    WholeByAgreement,
    /// The whole of one side is the other with the tax that is usual for calls.
    WholeByUsualRate,
    /// Several customers' figures are the other side's by one factor, whatever it is.
    WholeByFactor,
    /// A day that nobody has.
    EverybodyLacks,
    /// A row of the amount stands at one customer, and another lacks it: two differences are
    /// gone at once.
    RowMirrored,
    /// The same beside another slip, so that only one of them is gone.
    RowElsewhere,
    /// An open item of an earlier period, turned round: somebody has corrected it now.
    Correction,
    /// Everything that stands twice, together: one batch was imported twice.
    Batch,
    /// One row under one voucher number, twice or in the other direction.
    SameVoucher,
    /// All rows of a customer have the other sign.
    AllRowsSigned,
    /// A posting was reversed and made again: both rows are there.
    Reversed,
    /// A row that is no usage by what it says.
    NoUsage,
    /// Several of them.
    NoUsageTogether,
    /// One sign is unlike all others.
    OddSign,
    /// Rows at another price for each unit than the others, by what they say.
    RateNamed,
    /// One amount twice on a day, under other vouchers: it may be two calls of a price.
    SameDay,
    /// Several rows just outside the period: a whole day was dated late.
    RowsOutside,
    /// One row just outside it; there are more of them to choose from.
    RowOutside,
    /// A number is missing: a voucher is, but its amount is not known.
    NumberGap,
    /// The whole by a rate of tax that is not usual for calls.
    WholeByOtherRate,
    /// A day is missing: days are left out for other reasons too.
    DayGap,
    /// All rows of one of several customers, by a factor of ten.
    AllRowsByFactor,
    /// The same with tax.
    AllRowsByRate,
    /// One difference is another turned round, and no row shows it.
    Moved,
    /// An amount that stands somewhere else as well.
    SameAmount,
    /// A row of exactly the amount in question, that says nothing else of itself.
    RowTooMuch,
    /// A row by a factor of ten: every row can be.
    RowByFactor,
    /// A row with the usual tax.
    RowByUsualRate,
    /// Two digits have changed places: the commonest slip of the fingers.
    Transposed,
    /// A part of the month by a factor that rates change by.
    RateOfPart,
    /// A row with another tax.
    RowByOtherRate,
    /// A sign that is like all others.
    Sign,
    /// The amount of an open item again.
    Repeated,
    /// A digit is another one: each row can be mistyped in some fifty ways.
    Mistyped,
    /// A digit is missing or too many: in more still.
    Dropped,
    /// Small enough for rounding, and nothing else speaks for it.
    Small,
}
