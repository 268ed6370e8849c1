//! Which configurations are served, and why others are not.

use super::*;
use crate::config::Layers;

/// Plans the built-in profile with settings over it.
fn planned(settings: &str) -> Result<Plan, String> {
    let mut layers = Layers::built_in().unwrap();
    layers.add_flags(settings.parse().unwrap());
    let loaded = Loaded { config: layers.read().unwrap(), layers };
    plan(&loaded).map_err(|error| error.to_string())
}

fn refused(settings: &str) -> String {
    match planned(settings) {
        Ok(plan) => panic!("{:?} was planned", plan.listeners),
        Err(message) => message,
    }
}

#[test]
fn the_built_in_profile_has_a_listener_for_each_host_and_one_with_all_and_the_control_plane() {
    let plan = planned("").unwrap();
    let ports: Vec<u16> = plan.listeners.iter().map(|listener| listener.address.port()).collect();
    assert_eq!(ports, [7400, 7401, 7402, 7403, 7404, 7405, 7406]);
    let mounts: Vec<usize> = plan.listeners.iter().map(|listener| listener.mounts.len()).collect();
    assert_eq!(mounts, [6, 1, 1, 1, 1, 1, 1]);
    assert_eq!(
        plan.listeners.iter().map(|listener| listener.control).collect::<Vec<_>>()[..2],
        [true, false]
    );
}

#[test]
fn every_mention_of_port_zero_is_a_listener() {
    let plan = planned(
        "[[mount]]\nfacade = \"oanda\"\nlisten = \"127.0.0.1:0\"\n[[mount]]\nfacade = \"clearstreet\"\nlisten = \"127.0.0.1:0\"",
    )
    .unwrap();
    assert_eq!(plan.listeners.len(), 3);
}

#[test]
fn mounts_that_could_answer_the_same_request_are_refused_with_both_named() {
    let two = |one: &str, other: &str| {
        format!(
            "[[mount]]\nfacade = \"oanda\"\nlisten = \"127.0.0.1:9\"\n{one}\n[[mount]]\nfacade = \"clearstreet\"\nlisten = \"127.0.0.1:9\"\n{other}"
        )
    };
    for (one, other) in [
        ("", ""),
        ("", "prefix = \"/b\""),
        ("prefix = \"/a\"", "prefix = \"/a/b\""),
        ("host = \"a.localhost\"", ""),
        ("host = \"a.localhost\"", "host = \"A.localhost\""),
        ("host = \"a.localhost\"\nprefix = \"/a\"", "prefix = \"/a\""),
    ] {
        let message = refused(&two(one, other));
        assert!(message.contains("oanda") && message.contains("clearstreet"), "{message}");
        assert!(message.contains("could answer the same request on 127.0.0.1:9"), "{message}");
    }
    for (one, other) in [
        ("prefix = \"/a\"", "prefix = \"/ab\""),
        ("prefix = \"/a\"", "prefix = \"/b\""),
        ("host = \"a.localhost\"", "host = \"b.localhost\""),
    ] {
        assert!(planned(&two(one, other)).is_ok(), "{one} {other}");
    }
}

#[test]
fn the_control_plane_shares_its_listener_with_prefixes_and_hosts_only() {
    let one = |place: &str| format!("[[mount]]\nfacade = \"oanda\"\n{place}");
    for place in ["", "prefix = \"/health\"", "prefix = \"/_dragoman/x\"", "listen = \"127.0.0.1:7400\""] {
        assert!(refused(&one(place)).contains("the control plane"), "{place}");
    }
    for place in ["host = \"oanda.localhost\"", "prefix = \"/oanda\"", "prefix = \"/healthy\""] {
        assert!(planned(&one(place)).is_ok(), "{place}");
    }
}

#[test]
fn places_that_no_request_can_reach_are_refused() {
    for prefix in ["oanda", "/", "/oanda/", "//", "/a b", "/{id}", "/a%20b"] {
        let message = refused(&format!("[[mount]]\nfacade = \"oanda\"\nprefix = \"{prefix}\""));
        assert!(message.contains("is not a path such as \"/oanda\""), "{message}");
    }
    for host in ["", "a:80", "a/b"] {
        let message = refused(&format!("[[mount]]\nfacade = \"oanda\"\nhost = \"{host}\""));
        assert!(message.contains("is not a host name"), "{message}");
    }
}

#[test]
fn an_unknown_facade_is_named_with_the_nearest_known_one() {
    let message = refused("[[mount]]\nfacade = \"onada\"\nprefix = \"/a\"");
    assert!(message.contains("mount[0]: there is no facade `onada`; the nearest is `oanda`"), "{message}");
    let message = refused("[facade.clear-street]");
    assert!(message.contains("there is no facade `clear-street`; the nearest is `clearstreet`"), "{message}");
}

#[test]
fn development_credentials_stay_on_loopback() {
    for facade in FACADES {
        let name = facade.name;
        let mount = |address: &str| format!("[[mount]]\nfacade = \"{name}\"\nlisten = \"{address}:7409\"");
        let message = refused(&mount("0.0.0.0"));
        assert!(message.contains("development credentials") && message.contains("0.0.0.0:7409"), "{message}");
        assert!(message.contains(&format!("[facade.{name}]")), "{message}");
        assert!(planned(&mount("[::1]")).is_ok(), "{name}");
    }
}

#[test]
fn a_public_credential_in_a_configuration_of_its_own_is_still_public() {
    let settings = |key: &str| {
        format!(
            "[[mount]]\nfacade = \"clearstreet\"\nlisten = \"0.0.0.0:7406\"\n\
             [[facade.clearstreet.credentials]]\nkey = \"{key}\"\naccounts = [19816]"
        )
    };
    assert!(refused(&settings("demo.clearstreet-key")).contains("development credentials"));
    assert!(planned(&settings("a-key-of-our-own")).is_ok());
}

#[test]
fn a_mistake_in_a_facades_table_is_named_with_the_nearest_key() {
    let message = refused("[facade.clearstreet]\ncredntials = []");
    assert!(
        message.contains("`facade.clearstreet.credntials`; the nearest is `facade.clearstreet.credentials`"),
        "{message}"
    );
}

#[test]
fn outside_of_the_development_profile_nothing_is_built_in() {
    let message = refused("[server]\nprofile = \"production\"\n");
    assert!(message.contains("the control plane is on 127.0.0.1:7400 without a token"), "{message}");
    let message = refused("[server]\nprofile = \"production\"\n[control]\ntoken = \"t\"");
    assert!(message.contains("there is no [facade.oms]"), "{message}");
}

#[test]
fn a_control_plane_that_others_can_reach_needs_a_token() {
    let message = refused("[control]\nlisten = \"0.0.0.0:7400\"");
    assert!(message.contains("which is not loopback, without a token"), "{message}");
}
