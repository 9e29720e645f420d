namespace TraceeMesh.Enricher.Containers;

/// <summary>A cgroup directory: its 64-bit inode is unique within its hierarchy only.</summary>
/// <param name="Hierarchy">0 is cgroup2.</param>
/// <param name="Id">Inode of the directory.</param>
public readonly record struct CgroupKey(uint Hierarchy, ulong Id);
