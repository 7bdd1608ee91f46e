using Ait.Miner.Running;
using Ait.Miner.Tests.Fixtures;

namespace Ait.Miner.Tests.Running;

public sealed class DeviceLockTests
{
    [Fact]
    public void TryTake_letsOneProcessDriveAGpu()
    {
        using var folder = new TemporaryFolder();
        string state = folder.File("state");
        Assert.True(DeviceLock.TryTake(state, [1, 2], out DeviceLock? first, out _));
        Assert.False(DeviceLock.TryTake(state, [1, 2], out _, out string? problem));
        Assert.Contains("gpu-0102.lock", problem, StringComparison.Ordinal);
        Assert.True(DeviceLock.TryTake(state, [1, 3], out DeviceLock? other, out _));
        other.Dispose();
        first.Dispose();
        Assert.True(DeviceLock.TryTake(state, [1, 2], out DeviceLock? again, out _));
        again.Dispose();
    }

    [Fact]
    public void TryTake_saysIfTheFolderCannotBeMade() =>
        Assert.False(DeviceLock.TryTake("/dev/null/state", [1], out _, out _));
}
