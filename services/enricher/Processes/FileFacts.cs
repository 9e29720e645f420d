namespace TraceeMesh.Enricher.Processes;

/// <summary>What identifies a file beside its path; all zero unknown.</summary>
/// <param name="Inode">Its inode.</param>
/// <param name="Ctime">Its change time, epoch ns.</param>
/// <param name="Device">Its device, in the kernel's form.</param>
/// <param name="Mode">Its mode.</param>
public readonly record struct FileFacts(ulong Inode, ulong Ctime, uint Device, uint Mode);
