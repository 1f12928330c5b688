// Position of a workgroup in a grid that the host may have folded into two dimensions, because one dimension holds at most
// 65535 workgroups. The last row may be incomplete: compare the result with the number of workgroups that have work.
fn flat_workgroup_id(workgroup_id: vec3<u32>, num_workgroups: vec3<u32>) -> u32 {
    return workgroup_id.x + workgroup_id.y * num_workgroups.x;
}
