//! Signing in and out, the first start, one's own account, and forms that another site made a browser send.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use model::{
    Role, Via,
    time::{HOUR, MINUTE},
};

use crate::browser::{Browser, PASSWORD, house};

const BASE: &str = "http://127.0.0.1:8080";

#[tokio::test]
async fn somebody_signs_in_goes_where_they_were_going_and_out_again() {
    let house = house(BASE).await;
    house.account("ines@tidewell.example", Role::Agent).await;
    let mut ines = house.browser();
    let sent = ines.get("/my-work?view=team").await;
    let form = ines.get(sent.leads_to()).await;
    assert!(form.text.contains("name=\"next\" value=\"/my-work?view=team\""), "{}", form.text);
    let wrong = ines.post("/sign-in", &[("email", "ines@tidewell.example"), ("password", "wrong wrong wrong")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("is not right") && !wrong.text.contains("wrong wrong"));
    let unknown = ines.post("/sign-in", &[("email", "ines@tidewell.exampl"), ("password", PASSWORD)]).await;
    assert_eq!(wrong.text, unknown.text.replace("tidewell.exampl\"", "tidewell.example\""), "nothing tells them apart");
    let next = "/my-work?view=team";
    let fields = [("email", "ines@tidewell.example"), ("password", PASSWORD), ("next", next)];
    let right = ines.post("/sign-in", &fields).await;
    assert_eq!((right.status, right.leads_to()), (StatusCode::SEE_OTHER, next));
    let cookie = right.headers["set-cookie"].to_str().expect("ASCII");
    assert!(cookie.starts_with("plumbline=") && cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    let page = ines.get("/account").await;
    assert_eq!(page.status, StatusCode::OK);
    let out = ines.post("/sign-out", &[]).await;
    assert_eq!(out.leads_to(), "/sign-in");
    assert!(ines.get("/account").await.leads_to().starts_with("/sign-in"));
}

#[tokio::test]
async fn nobody_is_led_to_another_site_after_signing_in() {
    let house = house(BASE).await;
    house.account("ines@tidewell.example", Role::Agent).await;
    for next in ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"] {
        let fields = [("email", "ines@tidewell.example"), ("password", PASSWORD), ("next", next)];
        let page = house.browser().post("/sign-in", &fields).await;
        assert_eq!(page.leads_to(), "/", "{next}");
    }
}

#[tokio::test]
async fn over_tls_the_cookie_belongs_to_this_host_alone() {
    let house = house("https://sms.tidewell.example").await;
    house.account("ines@tidewell.example", Role::Agent).await;
    let fields = [("email", "ines@tidewell.example"), ("password", PASSWORD)];
    let page = house.browser().post_bare("/sign-in", &fields, &[("origin", "https://sms.tidewell.example")]).await;
    let cookie = page.headers["set-cookie"].to_str().expect("ASCII");
    assert!(cookie.starts_with("__Host-plumbline=") && cookie.ends_with("; Secure"), "{cookie}");
    assert!(page.headers["strict-transport-security"].to_str().expect("ASCII").starts_with("max-age="));
}

#[tokio::test]
async fn many_failures_are_told_to_wait_and_for_how_long() {
    let house = house(BASE).await;
    house.account("ines@tidewell.example", Role::Agent).await;
    let mut eve = house.browser();
    for _ in 0..5 {
        eve.post("/sign-in", &[("email", "ines@tidewell.example"), ("password", "guess guess guess")]).await;
    }
    let fields = [("email", "ines@tidewell.example"), ("password", PASSWORD)];
    let page = eve.post("/sign-in", &fields).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.headers["retry-after"], "5");
    assert!(page.text.contains("Wait 5 seconds"));
    house.wait(MINUTE);
    assert_eq!(eve.post("/sign-in", &fields).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn forms_from_elsewhere_or_without_the_sessions_token_are_refused() {
    let house = house(BASE).await;
    house.account("ines@tidewell.example", Role::Agent).await;
    let mut ines = house.signed_in("ines@tidewell.example").await;
    let csrf = ines.csrf.clone();
    let dark = [("theme", "dark"), ("csrf", csrf.as_str())];
    let elsewhere: [&[(&str, &str)]; 3] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site"), ("origin", BASE)],
    ];
    for headers in elsewhere {
        let page = ines.post_bare("/account/display", &dark, headers).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    for forged in [&[("theme", "dark")][..], &[("theme", "dark"), ("csrf", "guess")][..]] {
        let page = ines.post_bare("/account/display", forged, &[("origin", BASE)]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(page.text.contains("Go back, load the page again"));
    }
    assert!(ines.get("/account").await.text.contains("data-theme=\"system\""), "nothing was written");
    let page = ines.post_bare("/account/display", &dark, &[("sec-fetch-site", "same-origin")]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert!(ines.get("/account").await.text.contains("data-theme=\"dark\""));
    // A script sends it in a header; a form with a file sends it as a part.
    let page = ines.post_bare("/account/display", &[("keys", "off")], &[("x-csrf", &csrf)]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let body = format!("--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--b--\r\n");
    let http = Request::post("/account/sessions/end-others").header("content-type", "multipart/form-data; boundary=b");
    assert_eq!(ines.send(http, Body::from(body)).await.status, StatusCode::SEE_OTHER);
    // Another site cannot sign somebody in as somebody else either.
    let fields = [("email", "ines@tidewell.example"), ("password", PASSWORD)];
    let page = house.browser().post_bare("/sign-in", &fields, &[("origin", "https://evil.example")]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_first_administrator_is_welcomed_once() {
    let house = house(BASE).await;
    let link = house.desk.first_start(house.now()).await.expect("an answer").expect("a link");
    let path = format!("/welcome/{link}");
    let mut ines = house.browser();
    assert!(ines.get(&path).await.text.contains("Welcome to Plumbline"));
    let typed = [("name", "Ines"), ("email", "ines"), ("password", "short")];
    let page = ines.post(&path, &typed).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("id=\"f-email-error\"") && page.text.contains("id=\"f-password-error\""));
    assert!(page.text.contains("value=\"Ines\""), "what was typed is kept");
    let typed = [("name", "Ines"), ("email", "ines@tidewell.example"), ("password", PASSWORD)];
    assert_eq!(ines.post(&path, &typed).await.leads_to(), "/");
    assert_eq!(ines.get("/").await.status, StatusCode::OK);
    let late = house.browser().get(&path).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    assert!(late.text.contains("has been used"));
}

#[tokio::test]
async fn ones_own_account_ends_sessions_changes_the_password_and_makes_tokens() {
    let house = house(BASE).await;
    house.account("ines@tidewell.example", Role::Agent).await;
    let mut ines = house.signed_in("ines@tidewell.example").await;
    let mut elsewhere = house.signed_in("ines@tidewell.example").await;
    let page = ines.get("/account").await;
    assert_eq!(page.text.matches("action=\"/account/sessions/end\"").count(), 1);
    ines.post("/account/sessions/end-others", &[]).await;
    assert_eq!(elsewhere.get("/account").await.status, StatusCode::SEE_OTHER);
    let page =
        ines.post("/account/password", &[("current", "wrong wrong wrong"), ("password", "four more words")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("Is not your password."), "{}", page.text);
    let page = ines.post("/account/password", &[("current", PASSWORD), ("password", "four words for winter")]).await;
    assert_eq!(page.leads_to(), "/account");
    assert!(ines.get("/account").await.text.contains("Your password is set"), "said once");
    assert!(!ines.get("/account").await.text.contains("Your password is set"), "and not again");
    let page = ines.post("/account/tokens", &[("name", ""), ("scope", "read"), ("expires", "soon")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("f-expires-error"));
    let page = ines.post("/account/tokens", &[("name", "Robot"), ("scope", "read"), ("expires", "2026-12-31")]).await;
    let secret: String =
        page.text.split("<code class=\"secret\">").nth(1).expect("shown").split('<').next().into_iter().collect();
    assert!(!ines.get("/account").await.text.contains(&secret), "shown once");
    let mut robot = house.browser();
    let ask = |path: &str| Request::get(path).header("authorization", format!("Bearer {secret}"));
    assert_eq!(robot.send(ask("/my-work"), Body::empty()).await.status, StatusCode::OK);
    // A token that may only read writes nothing, and none looks after accounts.
    assert_eq!(robot.send(ask("/account"), Body::empty()).await.status, StatusCode::FORBIDDEN);
    house.wait(24 * 40 * HOUR);
    assert_eq!(robot.send(ask("/my-work"), Body::empty()).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_address_from_a_header_counts_only_behind_a_proxy_of_ones_own() {
    let house = house(BASE).await;
    let ines = house.account("ines@tidewell.example", Role::Agent).await;
    let fields = [("email", "ines@tidewell.example"), ("password", PASSWORD)];
    let headers = [("origin", BASE), ("x-forwarded-for", "203.0.113.1, 192.0.2.7")];
    for (router, wanted) in [(house.router.clone(), ""), (web::router(house.app.clone().behind_proxy()), "192.0.2.7")] {
        house.wait(MINUTE);
        Browser::of(router).post_bare("/sign-in", &fields, &headers).await;
        let actor = ines.actor(Via::Web, false);
        let sessions = house.desk.sessions(&actor, &ines.email, house.now()).await.expect("one's own");
        assert_eq!(sessions[0].address, wanted);
    }
}

#[tokio::test]
async fn the_program_tells_how_it_is() {
    let house = house(BASE).await;
    let mut watcher = house.browser();
    assert_eq!(watcher.get("/readyz").await.text, "{\"ready\":true}");
    watcher.get("/nowhere/at/all").await;
    let told = watcher.get("/metrics").await;
    assert!(told.headers["content-type"].to_str().expect("ASCII").starts_with("text/plain; version=0.0.4"));
    assert!(told.text.contains("plumbline_http_answers_total{status=\"4xx\"} 1\n"), "{}", told.text);
    assert!(told.text.contains("plumbline_jobs{state=\"waiting\"} 0\n"));
    house.desk.close().await;
    let late = watcher.get("/readyz").await;
    assert_eq!(late.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(late.text.contains("\"failing\":\"database (connecting)\""), "{}", late.text);
}
