using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Tests.Deploying;

/// <summary>A real node of its own, with any chain id.</summary>
internal sealed class DevNode : IDisposable
{
    private readonly Process _process;

    private DevNode(Process process, Uri rpc)
    {
        _process = process;
        Rpc = rpc;
    }

    internal Uri Rpc { get; }

    internal static async Task<DevNode> StartAsync(ScratchFolder folder, ulong chainId, long? unixTime = null)
    {
        string? anvil = new Prerequisites(Installation.ContractsFolder, _ => { }).FindAnvil();
        Assert.SkipWhen(anvil is null, "no dev chain: anvil is neither in contracts/node_modules nor on PATH (run tests/prepare-contracts, or install Foundry)");
        int port = LocalPort.PickFree();
        string[] arguments = [.. DevChain.Arguments(port, folder.File("chain.json"))];
        arguments[Array.IndexOf(arguments, "--chain-id") + 1] = chainId.ToString(CultureInfo.InvariantCulture);
        int mining = Array.IndexOf(arguments, "--no-mining");
        arguments = [.. arguments[..mining], "-b", "0.2", .. arguments[(mining + 1)..]];
        if (unixTime is { } time)
        {
            arguments = [.. arguments, "--timestamp", time.ToString(CultureInfo.InvariantCulture)];
        }

        var process = Process.Start(new ProcessStartInfo(anvil!, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var node = new DevNode(process, new Uri($"http://127.0.0.1:{port}/"));
        while (!process.HasExited)
        {
            try
            {
                using ChainAccess chain = await node.OpenAsync();
                return node;
            }
            catch (SurroundingsException)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }

        throw new InvalidOperationException("the node ended at its start");
    }

    internal Task<ChainAccess> OpenAsync() => ChainAccess.OpenAsync(Rpc, TimeProvider.System, TestContext.Current.CancellationToken);

    internal async Task FundAsync(Address account)
    {
        using ChainAccess chain = await OpenAsync();
        await chain.SetBalanceAsync(account, BigInteger.Pow(10, 20), TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
