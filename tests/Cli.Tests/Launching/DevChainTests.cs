using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Rpc;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Tests.Launching;

/// <summary>The dev chain as the launcher keeps it, through a kill.</summary>
public sealed class DevChainTests
{
    private const int Reach = 256; // Blocks of which BLOCKHASH knows the hash.

    /// <summary>Answers with BLOCKHASH of its argument: PUSH0 CALLDATALOAD BLOCKHASH PUSH0 MSTORE PUSH1 32 PUSH0 RETURN.</summary>
    private const string HashOfBlock = "0x5f35405f5260205ff3";

    private static readonly Address s_contract = Address.Parse("0x00000000000000000000000000000000000000aa");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BeginAsync_givesAKilledChainTheHashesOfItsBlocksBack()
    {
        string? anvil = new Prerequisites(Installation.ContractsFolder, _ => { }).FindAnvil();
        Assert.SkipWhen(anvil is null, "no dev chain: anvil is neither in contracts/node_modules nor on PATH (run tests/prepare-contracts, or install Foundry)");
        using var scratch = new ScratchFolder();
        int port = LocalPort.PickFree();
        var address = new Uri($"http://127.0.0.1:{port}");
        var call = new ProgramCall("chain", anvil!, DevChain.Arguments(port, scratch.File("chain.json")), scratch.File("chain.log"));
        var lives = new List<ulong>();
        var supervisor = new Supervisor(() => call, new RunningPrograms(scratch.File("programs.json")), TimeProvider.System, _ => { }, async life =>
        {
            ulong from = await DevChain.BeginAsync(address, TimeProvider.System, life);
            lock (lives)
            {
                lives.Add(from);
            }
        });
        supervisor.Start();
        await BegunAsync(1);
        using (ChainAccess chain = await ChainAccess.OpenAsync(address, TimeProvider.System, Cancellation))
        {
            await chain.Client.Rpc.CallAsync("anvil_setCode", new JsonArray(s_contract.ToString(), HashOfBlock), Cancellation);
            await chain.Client.Rpc.CallAsync("anvil_mine", new JsonArray(20), Cancellation);
        }

        supervisor.Signal(UnixProcess.SigTerm); // It writes its state at its end.
        await BegunAsync(2);
        using (ChainAccess chain = await ChainAccess.OpenAsync(address, TimeProvider.System, Cancellation))
        {
            Assert.True(lives[1] >= 20);
            while (await chain.Client.GetBlockNumberAsync(Cancellation) <= lives[1])
            {
                await Task.Delay(50, Cancellation); // It goes on by itself.
            }

            ulong head = await chain.Client.GetBlockNumberAsync(Cancellation);
            for (ulong number = head > Reach ? head - Reach : 0; number < head; number++)
            {
                Assert.Equal((await chain.Client.GetBlockAsync(BlockTag.Number(number), Cancellation))?.Hash, await AskAsync(chain, number));
            }
        }

        await supervisor.StopAsync();

        async Task BegunAsync(int count)
        {
            while (true)
            {
                lock (lives)
                {
                    if (lives.Count >= count)
                    {
                        return;
                    }
                }

                await Task.Delay(20, Cancellation);
            }
        }
    }

    /// <summary>What a contract is told of a block's hash.</summary>
    private static async Task<Hash256?> AskAsync(ChainAccess chain, ulong number)
    {
        byte[] argument = new byte[32];
        BinaryPrimitives.WriteUInt64BigEndian(argument.AsSpan(24), number);
        CallResult answer = await chain.CallAsync(new CallRequest { To = s_contract, Data = argument }, BlockTag.Latest, Cancellation);
        return new Hash256(Assert.IsType<CallResult.Returned>(answer).Data.AsSpan());
    }
}
