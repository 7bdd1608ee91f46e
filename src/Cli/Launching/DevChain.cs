using System.Globalization;
using Ait.Chain.Rpc;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Launching;

/// <summary>The dev chain's command line, and what takes it up again.</summary>
internal static class DevChain
{
    internal const ulong ChainId = 31337;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Osaka rules (the dearest), no blocks before <see cref="BeginAsync"/>, state on disk every second and at the end: the present one, for
    /// those of earlier blocks would be most of a megabyte each. No unlocked accounts: every key is the network's own, and only what the
    /// launcher funds has a balance.
    /// </summary>
    internal static IReadOnlyList<string> Arguments(int port, string stateFile) =>
    [
        "-q", "--hardfork", "osaka", "--no-mining", "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture),
        "--chain-id", ChainId.ToString(CultureInfo.InvariantCulture), "--accounts", "1",
        "--state", stateFile, "--state-interval", "1",
    ];

    /// <summary>
    /// Waits until a started chain answers and lets it make a block a second; the number of the block it goes on from. A chain that read
    /// its state back answers BLOCKHASH of the blocks in it with keccak256 of their number, until it has taken a block back: only then do
    /// the hashes of the last 256 lie where that instruction looks. So it makes one block first and takes it back.
    /// </summary>
    internal static async Task<ulong> BeginAsync(Uri address, TimeProvider clock, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        var node = new EthereumClient(new JsonRpcClient(http, address, new JsonRpcOptions { MaxAttempts = 1 }, clock));
        ulong head = await HeadAsync(node, clock, cancellation).ConfigureAwait(false);
        try
        {
            if (head > 0)
            {
                await node.Rpc.CallAsync("evm_mine", [], cancellation).ConfigureAwait(false);
                await node.Rpc.CallAsync("anvil_rollback", [1], cancellation).ConfigureAwait(false);
            }

            await node.Rpc.CallAsync("evm_setIntervalMining", [1], cancellation).ConfigureAwait(false);
            return head;
        }
        catch (RpcException fault)
        {
            throw new SurroundingsException($"the dev chain does not go on from block {head}: {fault.Message}", fault);
        }
    }

    private static async Task<ulong> HeadAsync(EthereumClient node, TimeProvider clock, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await node.GetBlockNumberAsync(cancellation).ConfigureAwait(false);
            }
            catch (RpcException fault) when (fault.Failure == RpcFailure.Transport)
            {
                await Task.Delay(s_poll, clock, cancellation).ConfigureAwait(false); // It does not listen yet.
            }
        }
    }
}
