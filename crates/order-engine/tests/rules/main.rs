//! The engine's rules, asked from outside: commands in, outcomes and readable state out.

#[cfg(test)]
mod accounts;
mod anticipating;
#[cfg(test)]
mod book;
#[cfg(test)]
mod candles;
#[cfg(test)]
mod changing;
#[cfg(test)]
mod charging;
#[cfg(test)]
mod closeout;
#[cfg(test)]
mod closing;
#[cfg(test)]
mod defining;
#[cfg(test)]
mod exercising;
#[cfg(test)]
mod exits;
#[cfg(test)]
mod fields;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod images;
#[cfg(test)]
mod instants;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod margin;
#[cfg(test)]
mod model;
#[cfg(test)]
mod options;
#[cfg(test)]
mod placing;
#[cfg(test)]
mod precedence;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod reducing;
#[cfg(test)]
mod replacing;
#[cfg(test)]
mod retention;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod settling;
#[cfg(test)]
mod shorting;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod statuses;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod support;
#[cfg(test)]
mod trigger_table;
#[cfg(test)]
mod triggers;
