//! The fields of the partner's answers that a capture keeps, and what each may hold: those that
//! the decoders read, and those that the partner's reference pages and examples show. What stands
//! nowhere here is masked, whatever it is called.

use crate::capture::record::Role;

/// What a known field may hold. What holds something else is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An amount, a count, a rate: a number, or text with a plain one.
    Figure,
    /// A day or an instant.
    Moment,
    /// A word out of a list: a status, a currency, a zone.
    Word,
    /// What rows are told apart by, as it is.
    Key,
    /// Another id: letters, digits and their separators.
    Id,
    /// What a customer or a partner is called, and where it sits.
    Name,
    /// What an entry refers to: `cdr:` and a call's id, `ptc:` and a transfer's, `did:` and a
    /// telephone number.
    Reference,
    /// A person's number or address.
    Contact,
    /// A text that can hold one.
    Text,
    /// A person's name, a device.
    Person,
    /// An object, or a list of such.
    Block(&'static Shape),
    /// An object whose names are data: directions, products.
    Map(&'static Shape),
    /// Anything that is not known.
    Unknown,
}

/// The known fields of an object, by what they hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shape {
    figures: &'static [&'static str],
    moments: &'static [&'static str],
    words: &'static [&'static str],
    keys: &'static [&'static str],
    ids: &'static [&'static str],
    names: &'static [&'static str],
    references: &'static [&'static str],
    contacts: &'static [&'static str],
    texts: &'static [&'static str],
    persons: &'static [&'static str],
    blocks: &'static [(&'static str, Kind)],
}

const NONE: Shape = Shape {
    figures: &[],
    moments: &[],
    words: &[],
    keys: &[],
    ids: &[],
    names: &[],
    references: &[],
    contacts: &[],
    texts: &[],
    persons: &[],
    blocks: &[],
};

impl Shape {
    /// What the field of this name holds.
    pub(super) fn kind(&self, name: &str) -> Kind {
        if let Some((_, kind)) = self.blocks.iter().find(|(block, _)| *block == name) {
            return *kind;
        }
        let lists = [
            (self.figures, Kind::Figure),
            (self.moments, Kind::Moment),
            (self.words, Kind::Word),
            (self.keys, Kind::Key),
            (self.ids, Kind::Id),
            (self.names, Kind::Name),
            (self.references, Kind::Reference),
            (self.contacts, Kind::Contact),
            (self.texts, Kind::Text),
            (self.persons, Kind::Person),
        ];
        lists.into_iter().find(|(names, _)| names.contains(&name)).map_or(Kind::Unknown, |(_, kind)| kind)
    }
}

/// The shape of an answer.
pub(super) fn shape(role: Role) -> &'static Shape {
    match role {
        Role::Analytics | Role::Dashboard => &ANALYTICS,
        Role::Me => &PARTNER,
        Role::Accounts => &ACCOUNTS,
        Role::CdrSummary | Role::Cdrs | Role::CdrsBefore | Role::CdrsAfter => &CALLS,
        Role::Transactions => &TRANSACTIONS,
    }
}

/// `/analytics` of both generations, and `/dashboard` of all three: no name means two things.
static ANALYTICS: Shape = Shape {
    figures: &[
        "active_accounts",
        "active_customers",
        "total_customers",
        "total_balance",
        "total_balance_held",
        "calls_today",
        "calls_this_month",
        "total_spend_this_month",
        "mtd_revenue",
        "accounts_low_balance",
        "accounts_suspended",
        "pending_kyc",
    ],
    moments: &["generated_at"],
    words: &["currency"],
    ids: &["request_id"],
    blocks: &[
        ("period", Kind::Block(&PERIOD)),
        ("totals", Kind::Block(&USAGE)),
        ("by_direction", Kind::Map(&USAGE)),
        ("top_customers", Kind::Block(&USAGE)),
        ("partner", Kind::Block(&PARTNER)),
        ("accounts", Kind::Block(&LISTED)),
        ("calls", Kind::Block(&USAGE)),
        ("traffic", Kind::Map(&USAGE)),
        ("by_product", Kind::Map(&USAGE)),
        ("time_series", Kind::Block(&DAY)),
    ],
    ..NONE
};

static PERIOD: Shape = Shape { moments: &["from", "to"], ..NONE };

/// Figures of calls: of all, of a direction, of a customer.
static USAGE: Shape = Shape {
    figures: &[
        "total_calls",
        "answered_calls",
        "failed_calls",
        "total_duration_seconds",
        "total_minutes",
        "total_cost",
        "total_streaming_cost",
        "calls",
        "cost",
        "rank",
    ],
    words: &["currency", "billing_basis"],
    keys: &["auth_id"],
    names: &["name"],
    ..NONE
};

static DAY: Shape = Shape {
    figures: &["total_calls", "answered_calls", "total_minutes", "total_cost"],
    moments: &["date"],
    blocks: &[("inbound", Kind::Block(&USAGE)), ("outbound", Kind::Block(&USAGE))],
    ..NONE
};

static LISTED: Shape = Shape { figures: &["total", "active"], blocks: &[("customers", Kind::Block(&ACCOUNT))], ..NONE };

/// `/me`, and the same in `/analytics`.
static PARTNER: Shape = Shape {
    figures: &["balance", "max_accounts", "account_count", "tds_percentage"],
    moments: &["created_at", "updated_at"],
    words: &["currency", "billing_model", "status", "gst_status", "account_type", "country"],
    keys: &["auth_id", "account_id"],
    ids: &["id", "gstin", "default_pricing_tier_id"],
    names: &["name", "company", "slug"],
    contacts: &["email", "phone"],
    ..NONE
};

static ACCOUNTS: Shape = Shape {
    figures: &["total", "page", "size", "per_page", "total_pages", "pages"],
    blocks: &[
        ("accounts", Kind::Block(&ACCOUNT)),
        ("customers", Kind::Block(&ACCOUNT)),
        ("items", Kind::Block(&ACCOUNT)),
    ],
    ..NONE
};

/// A customer's account. Its `auth_token`, which is live, is on no list.
static ACCOUNT: Shape = Shape {
    figures: &["cash_credits", "balance", "tds_percentage"],
    moments: &["created_at", "updated_at", "last_login"],
    words: &[
        "status",
        "gst_status",
        "business_type",
        "account_type",
        "role",
        "state",
        "timezone",
        "country",
        "currency",
        "billing_mode",
        "kyc_status",
    ],
    keys: &["auth_id"],
    ids: &["id", "gstin", "zip_code", "pricing_tier_id", "partner_id", "resource_uri"],
    names: &["name", "company", "city"],
    contacts: &["email", "phone"],
    texts: &["description", "address"],
    blocks: &[("pricing_tier", Kind::Block(&TIER))],
    ..NONE
};

static TIER: Shape = Shape {
    figures: &[
        "rate_per_minute",
        "streaming_rate_per_minute",
        "recording_rate_per_minute",
        "transcription_rate_per_minute",
        "pii_redaction_rate_per_minute",
        "whatsapp_voice_rate",
        "non_connected_call_fee",
        "did_release_fee",
    ],
    words: &["currency"],
    ids: &["id", "partner_id"],
    names: &["name"],
    ..NONE
};

static CALLS: Shape = Shape {
    figures: &["count"],
    keys: &["account_auth_id", "account_id"],
    blocks: &[
        ("data", Kind::Block(&CALL)),
        ("cdrs", Kind::Block(&CALL)),
        ("pagination", Kind::Block(&PAGES)),
        ("summary", Kind::Block(&SUMMARY)),
    ],
    ..NONE
};

static PAGES: Shape =
    Shape { figures: &["page", "current_page", "per_page", "total", "total_records", "pages", "total_pages"], ..NONE };

static SUMMARY: Shape = Shape {
    figures: &[
        "totalCalls",
        "total_calls",
        "answeredCalls",
        "answered_calls",
        "answerRate",
        "total_billable_seconds",
        "total_duration_seconds",
        "total_cost",
    ],
    moments: &["last_call_at"],
    words: &["avgCallDuration"],
    ..NONE
};

/// A call, in the names of all generations.
static CALL: Shape = Shape {
    figures: &[
        "total_cost",
        "cost",
        "streaming_cost",
        "billsec",
        "duration",
        "duration_seconds",
        "ring_time",
        "hangup_cause_code",
        "jitter",
        "mos",
        "packet_loss",
    ],
    moments: &["start_time", "answer_time", "end_time", "progress_time", "created_at", "updated_at"],
    words: &[
        "call_direction",
        "direction",
        "currency",
        "status",
        "billing_status",
        "codec",
        "context",
        "hangup_cause",
        "hangup_cause_name",
        "hangup_disposition",
        "hangup_source",
        "failure_code",
        "origination_region",
        "region",
    ],
    keys: &["uuid", "call_uuid", "call_id", "account_id", "account_auth_id"],
    ids: &["id", "bridge_uuid", "campaign_id", "sip_call_id", "trunk_id"],
    contacts: &[
        "caller_id_number",
        "destination_number",
        "from_number",
        "to_number",
        "from",
        "to",
        "customer_endpoint",
        "terminated_to",
        "network_addr",
        "carrier_ip",
    ],
    texts: &["failure_reason"],
    persons: &["caller_id_name", "sip_user_agent"],
    ..NONE
};

static TRANSACTIONS: Shape = Shape {
    figures: &["total", "page", "per_page", "total_pages"],
    keys: &["account_auth_id"],
    blocks: &[("transactions", Kind::Block(&TRANSACTION)), ("summary", Kind::Block(&SUMS))],
    ..NONE
};

static TRANSACTION: Shape = Shape {
    figures: &["amount", "balance_before", "balance_after"],
    moments: &["processed_at", "created_at", "updated_at"],
    words: &["type", "reference_type", "status", "currency"],
    keys: &["id", "account_id", "account_auth_id"],
    ids: &["balance_id"],
    references: &["reference"],
    contacts: &["initiated_by"],
    texts: &["description"],
    ..NONE
};

static SUMS: Shape = Shape {
    figures: &["total_transactions", "total_debit", "total_credit", "net_amount", "count"],
    words: &["reference_type"],
    blocks: &[("by_reference_type", Kind::Block(&SUMS))],
    ..NONE
};
