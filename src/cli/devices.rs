//! `dsa devices`: what there is to compute on, and what would run there.

mod measured;
mod operations;

use portable_dsa::engine::{Capabilities, Device, DeviceInfo};
use serde::Serialize;

use super::output::{self, Spinner, Table, bytes};
use super::{Context, Failure};
use measured::Measured;
use operations::Choice;

/// List the devices of this machine: GPUs with a driver, and the host's cores
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// Also show what each device can do, and which variant of every operation would run on it, and why
    #[arg(short, long)]
    verbose: bool,
}

const HELP: &str = "\
`*` marks what --device auto takes. With --device, only that device is shown.

Examples:
  dsa devices
  dsa devices -v --device vulkan:0
  dsa devices --json";

/// A device as it is shown.
#[derive(Serialize)]
struct Shown {
    selector: String,
    name: String,
    kind: String,
    driver: String,
    /// What `auto` takes.
    auto: bool,
    capabilities: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    planned: Option<Planned>,
    #[serde(skip)]
    details: Capabilities,
}

/// What would run on a device.
#[derive(Serialize)]
struct Planned {
    operations: Vec<Choice>,
    measured: Measured,
}

impl Planned {
    fn new(selector: &str) -> Self {
        match Device::open(selector) {
            Ok(device) => {
                let (device, measured) = Measured::attach(device);
                Planned { operations: operations::choices(&device), measured }
            }
            Err(error) => Planned { operations: vec![Choice::unopened(&error)], measured: Measured::default() },
        }
    }
}

/// Lists the devices.
pub fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let spinner = Spinner::new("looking for devices");
    let auto = Device::open("auto").ok().map(|device| device.info().selector.clone());
    let mut found = if context.device == "auto" {
        Device::list()
    } else {
        let device = context.open()?;
        vec![(device.info().clone(), device.capabilities().clone())]
    };
    let mut shown = Vec::with_capacity(found.len());
    for (info, capabilities) in found.drain(..) {
        let planned = args.verbose.then(|| {
            spinner.say(format!("compiling for {info}"));
            Planned::new(&info.selector)
        });
        shown.push(describe(info, capabilities, auto.as_deref(), planned));
    }
    drop(spinner);
    if context.json { output::print_json(&shown) } else { output::print(&render(&shown)) }
}

fn describe(info: DeviceInfo, capabilities: Capabilities, auto: Option<&str>, planned: Option<Planned>) -> Shown {
    let c = &capabilities;
    let matrix_shapes: Vec<_> = c
        .matrix_shapes
        .iter()
        .map(|m| serde_json::json!({"m": m.m, "n": m.n, "k": m.k, "input": m.input, "accumulator": m.accumulator}))
        .collect();
    let json = serde_json::json!({
        "subgroup": c.subgroup.map(|sizes| serde_json::json!({"min": sizes.min, "max": sizes.max})),
        "shader_f16": c.shader_f16,
        "shader_i16": c.shader_i16,
        "matrix_shapes": matrix_shapes,
        "max_workgroup_memory": c.max_workgroup_memory,
        "max_invocations": c.max_invocations,
        "max_binding_bytes": c.max_binding_bytes,
        "max_buffer_bytes": c.max_buffer_bytes,
        "offset_alignment": c.offset_alignment,
        "max_storage_buffers": c.max_storage_buffers,
        "max_workgroups_per_dimension": c.max_workgroups_per_dimension,
        "timestamps": c.timestamps,
        "max_loop_iterations": c.max_loop_iterations,
    });
    Shown {
        auto: auto == Some(info.selector.as_str()),
        selector: info.selector,
        name: info.name,
        kind: info.kind.to_string(),
        driver: info.driver,
        capabilities: json,
        planned,
        details: capabilities,
    }
}

fn render(devices: &[Shown]) -> String {
    let mut table = Table::default();
    table.row(["", "device", "name", "kind", "driver", "largest buffer", "largest binding"]);
    for device in devices {
        let limit = |limit: u64| if limit == isize::MAX as u64 { "host memory".to_owned() } else { bytes(limit) };
        let driver = if device.driver.is_empty() { "-" } else { &device.driver };
        table.row([
            if device.auto { "*" } else { "" },
            &device.selector,
            &device.name,
            &device.kind,
            driver,
            &limit(device.details.max_buffer_bytes),
            &limit(device.details.max_binding_bytes),
        ]);
    }
    let mut text = table.render(0);
    for device in devices {
        if let Some(Planned { operations, measured }) = &device.planned {
            text += &format!("\n{} ({})\n", device.selector, device.name);
            text += &capabilities(&device.details, device.kind == portable_dsa::engine::DeviceKind::Host.to_string()).render(2);
            text += "  operations\n";
            text += &operations::table(operations).render(4);
            text += &measured.text(&device.selector);
        }
    }
    text
}

/// What shaders may use; the host runs none.
fn capabilities(c: &Capabilities, host: bool) -> Table {
    let mut table = Table::default();
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    if host {
        table.row(["shaders".to_owned(), "none: operations are compiled into this program".to_owned()]);
        return table;
    }
    table.row(["subgroups".to_owned(), c.subgroup.map_or("no".to_owned(), |sizes| format!("{} to {} invocations", sizes.min, sizes.max))]);
    table.row(["16-bit floats".to_owned(), yes(c.shader_f16)]);
    table.row(["16-bit integers".to_owned(), yes(c.shader_i16)]);
    let shapes: Vec<_> = c.matrix_shapes.iter().map(|m| format!("{}x{}x{} {} to {}", m.m, m.n, m.k, m.input, m.accumulator)).collect();
    table.row(["matrix shapes".to_owned(), if shapes.is_empty() { "none".to_owned() } else { shapes.join(", ") }]);
    table.row(["workgroup".to_owned(), format!("{} invocations, {} of memory", c.max_invocations, bytes(c.max_workgroup_memory.into()))]);
    table.row(["bindings".to_owned(), format!("{} buffers, offsets of {} bytes", c.max_storage_buffers, c.offset_alignment)]);
    table.row(["timestamps".to_owned(), yes(c.timestamps)]);
    if let Some(iterations) = c.max_loop_iterations {
        table.row(["loop iterations before the driver ends them".to_owned(), iterations.to_string()]);
    }
    table
}
