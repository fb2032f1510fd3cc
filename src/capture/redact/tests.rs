//! What a capture keeps, and what it does not.

use super::*;
use crate::capture::credentials::Secret;

const TOKEN: &str = "s3cr3t-token-of-ours";

fn credentials(token: &str) -> Credentials {
    Credentials { auth_id: Secret::new("PA_1".into()), auth_token: Secret::new(token.into()) }
}

fn kept(bytes: &[u8], role: Role, keep: Keep) -> (String, Vec<String>) {
    let (out, replaced) = body(bytes, &credentials(TOKEN), role, keep).unwrap();
    (String::from_utf8(out).unwrap(), replaced)
}

/// The answers that the partner's own pages show: as received, but for live tokens and people.
#[test]
fn the_partners_own_examples_stay_as_they_are() {
    let sample = |name: &str| std::fs::read(format!("tests/data/partner-api/{name}")).unwrap();
    for (file, role, replaced) in [
        ("01-analytics-v1-numbers.json", Role::Analytics, &[][..]),
        ("02-analytics-v2-string-money.json", Role::Analytics, &["email", "phone"]),
        ("03-analytics-v1-truncated-top-customers.json", Role::Analytics, &[]),
        ("04-analytics-v1-nulls-and-missing.json", Role::Analytics, &[]),
        ("05-analytics-v1-extra-fields-string-money.json", Role::Analytics, &[]),
        ("06-accounts-page1.json", Role::Accounts, &["auth_token", "email", "phone"]),
        ("07-transactions-page1.json", Role::Transactions, &["description"]),
        ("08-transactions-page2.json", Role::Transactions, &["description", "reference"]),
        ("09-customer-cdrs-outbound.json", Role::Cdrs, &["caller_id_number", "destination_number"]),
    ] {
        let bytes = sample(file);
        assert_eq!(kept(&bytes, role, Keep::NoPeople).1, replaced, "{file}");
        let (out, replaced) = kept(&bytes, role, Keep::People);
        let secret = ["auth_token"];
        assert_eq!(replaced, if role == Role::Accounts { &secret[..] } else { &[] }, "{file}");
        assert_eq!(out.replace("\"REDACTED\"", "\"REDACTED-IN-SAMPLE\"").into_bytes(), bytes, "{file}");
    }
    let dashboards = br#"{"active_accounts": 47, "total_balance": 284500.00, "currency": "INR", "calls_today": 1284, "calls_this_month": 38420, "total_spend_this_month": 17289.00, "accounts_low_balance": 3, "accounts_suspended": 1}"#;
    assert_eq!(kept(dashboards, Role::Dashboard, Keep::NoPeople), (String::from_utf8_lossy(dashboards).into(), vec![]));
}

/// Names that a secret or a number stands under.
const NAMES: [&str; 66] = [
    "auth_token",
    r"auth\u005ftoken",
    r"\u0061uth_token",
    "Auth_Token",
    "AUTH_TOKEN",
    "authToken",
    "auth-token",
    "auth token",
    "auth.token",
    "token",
    "Token",
    "tokens",
    "api_secret",
    "apiSecret",
    "client_secret",
    "secret",
    "shared_secret",
    "signing_secret",
    "webhook_secret",
    "sip_password",
    "sipPassword",
    "password",
    "passwd",
    "pwd",
    "pass",
    "passphrase",
    "pin",
    "otp",
    "access_key",
    "accessKeyId",
    "api_key",
    "apikey",
    "x-api-key",
    "private_key",
    "ssh_key",
    "encryption_key",
    "jwt",
    "bearer",
    "authorization",
    "Authorization",
    "access_token",
    "refresh_token",
    "id_token",
    "session",
    "session_id",
    "cookie",
    "set-cookie",
    "credentials",
    "credential",
    "auth",
    "basic_auth",
    "hmac",
    "signature",
    "license",
    "connection_string",
    "dsn",
    "webhook_url",
    "callback",
    "note",
    "metadata",
    "сookie",
    "msisdn",
    "ani",
    "callerNumber",
    "contact_no",
    "whatsapp",
];

/// The ways in which a secret or a number is written into an answer, each with the words that
/// must not be found. `%` is a place for another secret.
fn planted() -> Vec<(String, Vec<String>)> {
    let mut planted: Vec<(String, Vec<String>)> = NAMES
        .iter()
        .enumerate()
        .map(|(n, name)| {
            let secret = format!("plantedsecret{n}x");
            (format!(r#""{name}":"{secret}""#), vec![secret])
        })
        .collect();
    let phone = || vec!["9876543210".to_owned(), "987654".to_owned(), "76543210".to_owned()];
    let secret = |n: usize| (format!("plantedform{n}x"), vec![format!("plantedform{n}x")]);
    for (n, form) in [
        r#""auth_token":["%","%b"]"#,
        r#""auth_token":{"value":"%"}"#,
        r#""auth_token":{"name":"%","id":"%","status":"%"}"#,
        r#""sip":{"users":[{"password":["%"]}]}"#,
        r#""name":{"first":"%"}"#,
        r#""webhook":"https://hooks.example.in/services/%?key=%#%""#,
        r#""company":"https://user:%@example.in/%?token=%""#,
        r#""name":"see https://example.in/?api_key=% or ftp://%@example.in/%""#,
        r#""resource_uri":"/v1/Account/MA_1/?token=%""#,
        r#""gstin":"% is the password""#,
        r#""status":"Bearer % 0123456789""#,
        r#""cash_credits":"%""#,
        r#""created_at":"%""#,
        r#""pricing_tier":"%""#,
        r#""pricing_tier":{"name":"T","password":"%"}"#,
        r#""pricing_tier":[["%"]]"#,
        r#""phone":{"%":"%","number":"%"}"#,
        r#""phone":["+91 98765 43210"]"#,
    ]
    .iter()
    .enumerate()
    {
        let (word, gone) = secret(n);
        // Where it is a name itself, only its value is asked for.
        let form = form.replace(r#"{"%":"#, r#"{"key":"#);
        planted.push((form.replace('%', &word), gone));
    }
    for form in [
        r#""phone":"+91 98765 43210""#,
        r#""phone":"+91 (98765) 43210""#,
        r#""phone":"+91-9876543210""#,
        r#""phone":"+91 9876 543210 ext 4""#,
        r#""phone":"98765 -- 43210x""#,
        r#""description":"98765 43210x""#,
        r#""phone":"\u0039876543210""#,
        r#""phone":"９８７６５４３２１０""#,
        r#""phone":9876543210"#,
        r#""phone":9.87654321e9"#,
        r#""alternate_contact":9876543210"#,
        r#""numbers":[9876543210,"9876543210"]"#,
        r#""numbers":{"+919876543210":{"since":"9876543210"}}"#,
        r#""description":"call back on 98765.43210 (88s)""#,
        r#""address":"Shop 4, tel 98765/43210""#,
    ] {
        planted.push((
            form.to_owned(),
            [phone(), vec!["98765".into(), "９８７".into(), "9.8765".into(), "43210".into()]].concat(),
        ));
    }
    for form in [
        r#""email":"asha.rao@example.in""#,
        r#""email":"\"asha.rao x\"@example.in""#,
        r#""email":"asha.rao%40example.in""#,
        r#""contact":{"mail":"asha.rao@example.in"}"#,
        r#""asha.rao@example.in":1"#,
    ] {
        planted.push((form.to_owned(), vec!["asha.rao".into()]));
    }
    planted
}

#[test]
fn no_spelling_of_a_secret_survives() {
    let planted = planted();
    assert!(planted.len() >= 60, "{}", planted.len());
    for (form, gone) in &planted {
        let wheres = [
            (Role::Accounts, format!(r#"{{"accounts":[{{"auth_id":"MA_1",{form}}}],"total":1}}"#)),
            (Role::Accounts, format!(r#"{{"accounts":[{{"auth_id":"MA_1","extra":{{{form}}}}}],"total":1}}"#)),
            (Role::Accounts, format!("{{ \"accounts\" : [] , {} }}", form.replacen(':', "\n\t:  ", 1))),
            (Role::Cdrs, format!(r#"{{"data":[{{"uuid":"u","extra":[{{{form}}}]}}]}}"#)),
            (Role::Me, format!(r#"{{"auth_id":"PA_1",{form}}}"#)),
            (Role::Analytics, format!(r#"{{"calls":{{"total_cost":"1.00"}},"partner":{{{form}}}}}"#)),
        ];
        for (role, answer) in wheres {
            let is_json = serde_json::from_str::<serde_json::Value>(&answer).is_ok();
            assert!(is_json, "{answer}");
            let (out, replaced) = kept(answer.as_bytes(), role, Keep::NoPeople);
            for word in gone {
                assert!(!out.contains(word), "{word} survived in {out}");
                assert!(!replaced.iter().any(|name| name.contains(word)), "{replaced:?}");
            }
            assert!(!replaced.is_empty(), "{out}");
            serde_json::from_str::<serde_json::Value>(&out).unwrap();
            // What is kept is kept as it is the next time.
            assert_eq!(kept(out.as_bytes(), role, Keep::NoPeople), (out.clone(), vec![]));
        }
    }
}

#[test]
fn our_own_token_survives_in_no_form() {
    use base64::Engine;
    let percent: String = TOKEN.bytes().map(|b| format!("%{b:02x}")).collect();
    let escaped: String = TOKEN.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("PA_1:{TOKEN}"));
    for form in [TOKEN, &TOKEN.to_uppercase(), &percent, &escaped, &format!("Basic {basic}")] {
        for field in ["name", "auth_id", "echo", "description"] {
            let answer = format!(r#"{{"accounts":[{{"{field}":"{form}","{form}":1}}]}}"#);
            let (out, replaced) = kept(answer.as_bytes(), Role::Accounts, Keep::People);
            let marked = format!(r#"{{"accounts":[{{"{field}":"REDACTED","REDACTED":"REDACTED"}}]}}"#);
            assert_eq!(out, marked);
            assert!(replaced.contains(&OWN_TOKEN.to_owned()), "{replaced:?}");
        }
    }
    // A short one may be part of an honest word: only a whole value is taken for it.
    let answer = br#"{"name":"Palash test Labs","company":"test"}"#;
    let (out, _) = body(answer, &credentials("test"), Role::Me, Keep::People).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), r#"{"name":"Palash test Labs","company":"REDACTED"}"#);
}

#[test]
fn figures_dates_and_ids_stay_to_the_byte() {
    let answer = br#"{ "data" :[{"uuid":"3c1f\u0036d1a","account_id":"MA_1","total_cost":0.4500,"cost":"4.5e-1","billsec":"88","start_time":"2026-10-04 05:12:07.25","answer_time":1793559920,"from_number":"+91 98765-43215","caller_id_name":"Asha R","customer_endpoint":"sip:919876543215@10.0.0.1","failure_reason":"busy since 2026-10-09","currency":"INR"}],
        "pagination":{"page":1,"has_next":false}, "summary":{"avgCallDuration":"28s","total_cost":1E2,"last_call_at":null}}"#;
    let (out, replaced) = kept(answer, Role::Cdrs, Keep::NoPeople);
    let expected = String::from_utf8_lossy(answer)
        .replace("4.5e-1", MARK)
        .replace("1793559920", "\"REDACTED\"")
        .replace("+91 98765-43215", "+xx xxxxx-xxx15")
        .replace("Asha R", MARK)
        .replace("sip:919876543215@", "sip:x@");
    assert_eq!(out, expected);
    assert_eq!(replaced, ["answer_time", "caller_id_name", "cost", "customer_endpoint", "from_number"]);
}

#[test]
fn headers_say_what_such_headers_say() {
    for good in
        ["application/json", "application/json; charset=utf-8", "Sat, 31 Oct 2027 23:59:59 GMT", "@1793491200", "true"]
    {
        assert_eq!(header(good), good);
    }
    for bad in ["application/json; token=abc", "sk_live_51H8", "@9876543210; x"] {
        assert_eq!(header(bad), MARK);
    }
}

#[test]
fn what_is_no_json_is_not_kept() {
    let deep = "[".repeat(100) + &"]".repeat(100);
    for bad in ["{\"auth_token\": \"ab", "{\"a\":{", &deep] {
        let refused = body(bad.as_bytes(), &credentials(TOKEN), Role::Me, Keep::People).unwrap_err();
        assert_eq!(refused.code, "upstream-shape", "{bad}");
    }
}

#[test]
fn an_invented_thousand_of_names_is_counted() {
    let fields: Vec<String> =
        (0..1000).map(|n| format!(r#""{}":"x""#, "n".repeat(n % 60 + 1) + &(n / 60).to_string())).collect();
    let (_, replaced) = kept(format!("{{{}}}", fields.join(",")).as_bytes(), Role::Me, Keep::People);
    assert_eq!((replaced.len(), replaced.last().map(String::as_str)), (NAMED + 1, Some("and 900 more")));
}

#[test]
fn a_servers_words_repeat_no_password() {
    use base64::Engine;
    let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    for password in ["correct horse battery", "pa55", "hunter2", "with:colon=and+more"] {
        let secret = Secret::new(password.to_owned());
        for echo in [
            password.to_owned(),
            encode(password),
            encode(&format!("\0billing@seller.example\0{password}")),
            password.bytes().map(|b| format!("%{b:02x}")).collect(),
            password.replace(' ', "").chars().map(|c| format!("{c} ")).collect(),
        ] {
            let said = without(&format!("250 queued {echo} as 7"), &secret);
            assert!(!said.contains(&echo) && !said.contains(password), "{said}");
        }
        assert_eq!(without("250 queued as 7", &secret), "250 queued as 7");
    }
    assert_eq!(without("250 ok, abc", &Secret::new("ok".into())), "250 REDACTED, abc");
}

#[test]
fn a_message_tells_nobodys_secret() {
    let said = |said: &str| message(said, &credentials(TOKEN));
    assert_eq!(said("a partner says: PA_1, latest"), "a partner says: REDACTED, latest");
    assert_eq!(said("call to +919876543210 failed on 2026-08-04"), "call to +xxxxxxxxxx10 failed on 2026-08-04");
    assert_eq!(said("bad key: sk_live_51H8xyzabcdef."), "bad key: REDACTED.");
    assert_eq!(said("see https://u:p@h.example/x?k=1"), "see https://h.example/REDACTED");
    let hex: String = TOKEN.bytes().map(|b| format!("{b:02x}")).collect();
    assert_eq!(said(&format!("hash {hex}")), MARK);
    let short = Credentials { auth_id: Secret::new("a".into()), auth_token: Secret::new("test".into()) };
    assert_eq!(text("a partner says: token test, latest", &short), "REDACTED partner says: token REDACTED, latest");
    assert!(!format!("{:?}", credentials(TOKEN)).contains("s3cr3t"));
}
