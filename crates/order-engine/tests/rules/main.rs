//! The engine's rules, asked from outside: commands in, outcomes and readable state out.

mod changing;
mod margin;
mod placing;
mod simulation;
mod support;
