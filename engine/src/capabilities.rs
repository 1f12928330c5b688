//! What a device is and what kernels may use on it.

use std::fmt;

use crate::wgsl::{Access, Reflection};
use crate::{EngineError, Result};

/// What sort of processor a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeviceKind {
    /// A graphics card with memory of its own.
    DiscreteGpu,
    /// A GPU that shares the host's memory.
    IntegratedGpu,
    /// A GPU in a virtual machine, or one that the driver does not classify.
    OtherGpu,
    /// A driver that runs shaders on the host's cores.
    Software,
    /// The host's cores, without any driver.
    Host,
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DeviceKind::DiscreteGpu => "discrete GPU",
            DeviceKind::IntegratedGpu => "integrated GPU",
            DeviceKind::OtherGpu => "GPU",
            DeviceKind::Software => "software driver",
            DeviceKind::Host => "host",
        })
    }
}

/// Which device this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// What a person types to get it: `cpu`, `vulkan:0`.
    pub selector: String,
    /// The API that it computes through: `vulkan`, `metal`, `dx12`, `gl`, `webgpu` or `cuda`; `cpu` for the host.
    pub backend: &'static str,
    /// The adapter's name.
    pub name: String,
    /// The driver's name and version; empty for the host.
    pub driver: String,
    /// What sort of processor it is.
    pub kind: DeviceKind,
}

impl fmt::Display for DeviceInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.selector, self.name)
    }
}

/// Smallest and largest number of invocations in a subgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubgroupSizes {
    /// Smallest size that the driver may choose.
    pub min: u32,
    /// Largest size that the driver may choose.
    pub max: u32,
}

/// One shape of cooperative-matrix multiplication that the driver lists: `C[m,n] += A[m,k] * B[k,n]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixShape {
    /// Rows of A and C.
    pub m: u32,
    /// Columns of B and C.
    pub n: u32,
    /// Columns of A and rows of B.
    pub k: u32,
    /// Element type of A and B, as WGSL spells it.
    pub input: String,
    /// Element type of C.
    pub accumulator: String,
}

/// What kernels may use on a device. Sizes are in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Subgroup operations; `None` if the device has none.
    pub subgroup: Option<SubgroupSizes>,
    /// 16-bit floats in shaders and buffers.
    pub shader_f16: bool,
    /// 16-bit integers in shaders (`enable wgpu_int16;`).
    pub shader_i16: bool,
    /// Cooperative-matrix shapes that the driver lists (`enable wgpu_cooperative_matrix;`).
    pub matrix_shapes: Vec<MatrixShape>,
    /// Workgroup memory of one workgroup.
    pub max_workgroup_memory: u32,
    /// Invocations of one workgroup.
    pub max_invocations: u32,
    /// Largest range of a buffer that a shader can see at once.
    pub max_binding_bytes: u64,
    /// Largest buffer.
    pub max_buffer_bytes: u64,
    /// The offset of a [`crate::Binding`] is a multiple of this.
    pub offset_alignment: u32,
    /// Storage buffers that one kernel can bind.
    pub max_storage_buffers: u32,
    /// Workgroups in one dimension of a grid.
    pub max_workgroups_per_dimension: u32,
    /// Whether a [`crate::Timer`] can be made.
    pub timestamps: bool,
    /// The driver ends an invocation's loops, without a word, once all of them together have gone round so often; `None` if it does not.
    pub max_loop_iterations: Option<u32>,
    /// Major and minor compute capability of a CUDA device; `None` for others. All workgroup memory is dynamic shared memory there, so that
    /// [`Capabilities::max_workgroup_memory`] is what one block can ask for: 227 KiB on 9.0.
    pub compute_capability: Option<(u32, u32)>,
    /// Multiprocessors of a CUDA device; `None` for others.
    pub multiprocessors: Option<u32>,
}

impl Capabilities {
    /// The host's: no shaders, so limits are those of its address space.
    pub(crate) fn host() -> Self {
        Capabilities {
            subgroup: None,
            shader_f16: false,
            shader_i16: false,
            matrix_shapes: Vec::new(),
            max_workgroup_memory: 0,
            max_invocations: 0,
            max_binding_bytes: isize::MAX as u64,
            max_buffer_bytes: isize::MAX as u64,
            offset_alignment: 4,
            max_storage_buffers: u32::MAX,
            max_workgroups_per_dimension: u32::MAX,
            timestamps: true,
            max_loop_iterations: None,
            compute_capability: None,
            multiprocessors: None,
        }
    }

    /// Whether a kernel keeps to the limits.
    pub(crate) fn check(&self, module: &str, reflection: &Reflection, device: &DeviceInfo) -> Result<()> {
        let storage = reflection.bindings.iter().filter(|binding| binding.access != Access::Uniform).count() as u32;
        let invocations = reflection.workgroup_size.iter().product::<u32>();
        for (what, needed, limit) in [
            ("bytes of workgroup memory", reflection.workgroup_memory, self.max_workgroup_memory),
            ("invocations in a workgroup", invocations, self.max_invocations),
            ("storage buffers", storage, self.max_storage_buffers),
        ] {
            if needed > limit {
                let reason = format!("needs {needed} {what}, but {device} allows {limit}");
                return Err(EngineError::Shader { module: module.to_owned(), reason });
            }
        }
        Ok(())
    }
}
