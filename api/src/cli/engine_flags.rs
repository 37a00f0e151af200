//! Which of the engine's settings act on which subcommand. Only those are in its help, and only those it takes: a flag that
//! does nothing is a misunderstanding. The environment and the file are shared by all, and nobody minds what others read there.

use clap::{ArgMatches, Args, Command, CommandFactory, FromArgMatches, error::ErrorKind, parser::ValueSource};

use super::Arguments;
use crate::config::Flags;

const HEADING: &str = "Settings of the engine";

/// What every subcommand takes.
const ALWAYS: [&str; 3] = ["config", "log_format", "log_level"];

/// Whether a setting acts on a subcommand.
fn acts(subcommand: &str, setting: &str) -> bool {
    let more: &[&str] = match subcommand {
        "serve" => return true,
        "migrate" | "realign" => &["data_dir", "database_url", "owner_as_engine"],
        "verify" | "rebuild" | "replay" => &["data_dir", "database_url", "database_connections"],
        // Where the running engine listens, and where its credentials are.
        "reconcile" | "demo" => &["listen", "data_dir"],
        _ => &[],
    };
    ALWAYS.contains(&setting) || more.contains(&setting)
}

/// The command line, with the engine's settings behind the subcommands.
pub(super) fn command() -> Command {
    Arguments::command().mut_subcommands(|subcommand| {
        let name = subcommand.get_name().to_owned();
        let settings = Flags::augment_args(Command::new("settings"));
        settings.get_arguments().fold(subcommand, |subcommand, setting| {
            let id = setting.get_id().as_str();
            if subcommand.get_arguments().any(|own| own.get_id() == setting.get_id()) {
                return subcommand;
            }
            // What does not act is known all the same, to be refused with better words than "unexpected".
            subcommand.arg(setting.clone().help_heading(HEADING).hide(!acts(&name, id)))
        })
    })
}

/// The settings among the arguments of a subcommand.
pub(super) fn read(command: &mut Command, subcommand: &str, given: &ArgMatches) -> Result<Flags, clap::Error> {
    let own = Arguments::command();
    let own = own.find_subcommand(subcommand);
    let is_own = |id: &str| own.is_some_and(|own| own.get_arguments().any(|argument| argument.get_id() == id));
    for setting in Flags::augment_args(Command::new("settings")).get_arguments() {
        let id = setting.get_id().as_str();
        let is_given = given.value_source(id) == Some(ValueSource::CommandLine);
        if is_given && !is_own(id) && !acts(subcommand, id) {
            let message = format!(
                "--{} does nothing here: see purser {subcommand} --help for what does",
                setting.get_long().unwrap_or(id)
            );
            return Err(command.error(ErrorKind::UnknownArgument, message));
        }
    }
    Flags::from_arg_matches(given)
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn help_of(subcommand: &str) -> String {
        command().find_subcommand_mut(subcommand).unwrap().render_long_help().to_string()
    }

    fn given(arguments: &[&str]) -> Result<Flags, clap::Error> {
        parse(["purser"].iter().chain(arguments).map(Into::into)).map(|(_, flags)| flags)
    }

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn serve_shows_every_setting_and_the_program_none() {
        for setting in Flags::augment_args(Command::new("settings")).get_arguments() {
            let flag = format!("--{} ", setting.get_long().unwrap());
            assert!(help_of("serve").contains(&flag), "{flag}");
            assert!(!command().render_long_help().to_string().contains(&flag), "{flag}");
        }
    }

    #[test]
    fn a_subcommand_shows_the_settings_that_act_on_it_and_no_others() {
        for subcommand in ["migrate", "realign", "verify", "rebuild", "replay", "reconcile", "demo", "sandbox-gateway"]
        {
            let help = help_of(subcommand);
            assert!(help.contains("--log-level "), "{subcommand}");
            for idle in ["--queue-capacity ", "--nats-url ", "--payment-window-minutes ", "--gateway-url "] {
                assert!(!help.contains(idle), "{subcommand} shows {idle}");
            }
        }
        assert!(help_of("verify").contains("--database-url ") && !help_of("verify").contains("--listen "));
        assert!(help_of("reconcile").contains("--listen ") && !help_of("reconcile").contains("--database-url "));
    }

    #[test]
    fn rebuild_shows_the_views_in_its_help_and_where_it_is_asked_for_another() {
        let refusal = given(&["rebuild", "help"]).unwrap_err().to_string();
        for view in purser_projections::views::all() {
            assert!(help_of("rebuild").contains(view.name()) && refusal.contains(view.name()), "{}", view.name());
        }
    }

    #[test]
    fn a_setting_that_does_not_act_is_refused() {
        let refusal = given(&["verify", "--listen", "127.0.0.1:1"]).unwrap_err();
        assert_eq!(refusal.kind(), ErrorKind::UnknownArgument);
        assert!(refusal.to_string().contains("--listen does nothing here"), "{refusal}");
        let gateway = ["sandbox-gateway", "--webhook-url", "http://h/", "--webhook-secret", SECRET];
        assert!(given(&[&gateway[..], &["--queue-capacity", "1"]].concat()).is_err());
        // These are the gateway's own.
        given(&[&gateway[..], &["--listen", "127.0.0.1:1", "--data-dir", "d"]].concat()).unwrap();
        given(&["serve", "--listen", "127.0.0.1:1"]).unwrap();
    }

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
}
