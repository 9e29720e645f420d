using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.PrivilegeEscalation;

public sealed class DiskMountTests
{
    [Theory]
    [InlineData("/dev/sda1", 0, 1)]
    [InlineData("/dev/mapper/root", 0xC0ED0000, 1)]
    [InlineData("/dev/sda1", 0x1000, 0)]
    [InlineData("/devices/x", 0, 0)]
    [InlineData("tmpfs", 0, 0)]
    [InlineData("/x/dev/sda1", 0, 0)]
    public async Task Mount_Device_FindsDevicesOnly(string device, long flags, int findings) => Assert.Equal(findings, (await new DiskMount().FindingsOn(Mount(device, flags).Inside())).Count);

    [Fact]
    public async Task Mount_OnTheHost_FindsNothing() => Assert.Empty(await new DiskMount().FindingsOn(Mount("/dev/sda1", 0)));

    private static Event Mount(string device, long flags) => EventMaker.Make("security_sb_mount", ("dev_name", device), ("path", "/mnt"), ("type", "ext4"), ("flags", flags));
}
