using TraceeMesh.Signatures.BuiltIn.Persistence;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.Persistence;

public sealed class ScheduledTaskModificationTests
{
    [Theory]
    [InlineData("/etc/crontab", Made.Write, 1)]
    [InlineData("/etc/anacrontab", Made.Write, 1)]
    [InlineData("/etc/cron.deny", Made.Write, 1)]
    [InlineData("/etc/cron.allow", Made.Write, 1)]
    [InlineData("/etc/cron.d/x", Made.Write, 1)]
    [InlineData("/etc/cron.daily/x", Made.Write, 1)]
    [InlineData("/var/spool/cron/crontabs/root", Made.Write, 1)]
    [InlineData("/var/spool/anacron/cron.daily", Made.Write, 1)]
    [InlineData("/etc/cron.daily-x", Made.Write, 0)]
    [InlineData("/etc/cron.dx/x", Made.Write, 0)]
    [InlineData("/etc/crontab.bak", Made.Write, 0)]
    [InlineData("/tmp/var/spool/anacron/x", Made.Write, 0)]
    [InlineData("/etc/cron.d", Made.Write, 0)]
    [InlineData("/etc/crontab", Made.Read, 0)]
    public async Task Open_PathAndFlags_FindsThoseOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await new ScheduledTaskModification().FindingsOn(Made.Open(path, flags))).Count);

    [Theory]
    [InlineData("/tmp/x", "/etc/cron.d/x", 1)]
    [InlineData("/tmp/x", "/etc/cron.d", 1)]
    [InlineData("/etc/cron.d/x", "/tmp/x", 0)]
    public async Task Rename_Paths_FindsThoseOnly(string from, string to, int findings) =>
        Assert.Equal(findings, (await new ScheduledTaskModification().FindingsOn(Made.Rename(from, to))).Count);

    [Theory]
    [InlineData("/usr/bin/crontab", "/usr/bin/crontab", 1)]
    [InlineData("/usr/bin/at", "at", 1)]
    [InlineData("/usr/bin/dash", "/usr/bin/batch", 1)]
    [InlineData("/usr/bin/cat", "/usr/bin/cat", 0)]
    [InlineData("/usr/bin/mycrontab", "/usr/bin/mycrontab", 0)]
    public async Task Exec_FileAndCommand_FindsTheToolsOnly(string path, string asked, int findings) =>
        Assert.Equal(findings, (await new ScheduledTaskModification().FindingsOn(Made.Exec(path, asked))).Count);
}
