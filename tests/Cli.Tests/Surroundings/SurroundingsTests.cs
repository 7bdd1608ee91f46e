using System.Net;
using System.Net.Sockets;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Tests.Surroundings;

public sealed class SurroundingsTests
{
    [Fact]
    public void Take_refusesASecondHolderAndNamesTheRemedy()
    {
        using var scratch = new ScratchFolder();
        using (FolderLock.Take(scratch.Path))
        {
            SurroundingsException fault = Assert.Throws<SurroundingsException>(() => FolderLock.Take(scratch.Path));
            Assert.Contains("--state", fault.Message, StringComparison.Ordinal);
        }

        FolderLock.Take(scratch.Path).Dispose();
    }

    [Fact]
    public void Take_refusesAFolderThatCannotBeMade()
    {
        using var scratch = new ScratchFolder();
        string file = scratch.Write("file", [0]);

        SurroundingsException fault = Assert.Throws<SurroundingsException>(() => FolderLock.Take(Path.Combine(file, "below")));

        Assert.Contains("--state", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EnsureFree_namesThePortAndTheOptionIfItIsTaken()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;

        SurroundingsException fault = Assert.Throws<SurroundingsException>(() => LocalPort.EnsureFree(port, "the dev chain", "--rpc-port"));

        Assert.Contains($"{port}", fault.Message, StringComparison.Ordinal);
        Assert.Contains("--rpc-port", fault.Message, StringComparison.Ordinal);
        LocalPort.EnsureFree(LocalPort.PickFree(), "nothing", "--port");
    }

    [Fact]
    public async Task AnvilAsync_namesThePackageListIfThereIsNoTreeAndNoAnvil()
    {
        using var scratch = new ScratchFolder();
        var prerequisites = new Prerequisites(scratch.Path, _ => { });
        Assert.SkipWhen(prerequisites.FindAnvil() is not null, "an anvil is on PATH here");

        SurroundingsException fault = await Assert.ThrowsAsync<SurroundingsException>(
            () => prerequisites.AnvilAsync(TestContext.Current.CancellationToken));

        Assert.Contains("package-lock.json", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TryAsync_isNullIfThereIsNoSuchProgram() =>
        Assert.Null(await ToolRun.TryAsync("no-such-program-anywhere", [], TestContext.Current.CancellationToken));
}
