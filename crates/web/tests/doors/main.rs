//! The building as a browser and as a machine meet it.

mod administration;
mod around;
mod browser;
mod walk;
mod ways_in;
