using System.Text.Json;
using System.Text.RegularExpressions;
using Ait.Chain;
using Ait.Chain.Rpc;
using Ait.Chain.Contracts;
using Ait.Chain.Signing;
using Ait.Miner.Running;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol.Http;

namespace Ait.Miner.Tests.Running;

/// <summary>The whole program against the real contracts on a dev chain, with emulated hardware behind its real command.</summary>
[Collection(nameof(DevelopmentNetwork))]
public sealed partial class MinerOnNetworkTests
{
    private readonly DevelopmentNetwork _chain;

    public MinerOnNetworkTests(DevelopmentNetwork chain) => _chain = chain;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<DeviceRecord> DeviceAsync(Hash256 gpuId)
    {
        var registry = new DeviceRegistryContract(_chain.DeviceRegistry, _chain.Client);
        return await registry.GetDeviceAsync(await registry.GetSlotOfAsync(gpuId, BlockTag.Latest, Cancellation), BlockTag.Latest, Cancellation);
    }

    [Fact]
    public async Task Run_registersMinesAndDrains_andTheEnclaveKeyNeverLeaves()
    {
        _chain.Demand();
        await using MinerOnNetwork miner = await MinerOnNetwork.CreateAsync(_chain);
        StandInSeat seat = miner.Coordinator.Add(Network.Workload());
        await miner.StartAsync();
        await miner.WaitAsync("paid");

        Assert.Equal(ExitCode.Done, await miner.DrainAsync());

        Assert.Equal(["started", "network", "device", "registered", "leased", "executed", "committed", "revealed", "paid", "stopped"], miner.Output.Kinds);
        DeviceRecord device = await DeviceAsync(miner.Network.GpuId);
        Assert.Equal(miner.Network.OperatorAccount, device.Operator);
        Assert.Equal(seat.Attestation!.EnclaveKey, device.EnclaveKey);
        AssertNoKey(device.EnclaveKey, string.Join('\n', miner.Output.Lines));
        AssertNoKey(device.EnclaveKey, string.Join('\n', miner.Coordinator.Requests.Select(request => request.Path + request.Body)));
        string letters = Path.Combine(miner.StateFolder, "letters");
        Assert.All(Directory.GetFiles(letters), file => AssertNoKey(device.EnclaveKey, File.ReadAllText(file)));
        Assert.All(
            Directory.GetFiles(miner.StateFolder, "*", SearchOption.AllDirectories).Where(file => Path.GetDirectoryName(file) != letters),
            file => Assert.Equal(0, new FileInfo(file).Length));
    }

    [Fact]
    public async Task Run_refreshesUnderANewKeyAfterARestartAndGoesOnWithItsSeat()
    {
        _chain.Demand();
        await using MinerOnNetwork miner = await MinerOnNetwork.CreateAsync(_chain);
        await miner.StartProcessAsync();
        await miner.WaitAsync("registered");
        Address before = (await DeviceAsync(miner.Network.GpuId)).EnclaveKey;
        StandInSeat seat = miner.Coordinator.Add(Network.Workload(), phase: SeatPhase.Leased); // To the process killed next, which has not used it.
        await miner.SignalAsync("KILL");
        Assert.Equal(128 + 9, await miner.Running);

        await miner.StartAsync();
        seat.Phase = SeatPhase.Open;
        JsonElement refreshed = await miner.WaitAsync("refreshed");
        await miner.WaitAsync("paid");

        DeviceRecord device = await DeviceAsync(miner.Network.GpuId);
        Assert.NotEqual(before, device.EnclaveKey);
        Assert.Equal(device.EnclaveKey.ToString(), refreshed.GetProperty("enclaveKey").GetString());
        Assert.Equal(device.EnclaveKey, seat.Attestation!.EnclaveKey);
    }

    [Fact]
    public async Task Run_findsTheNetworkThroughTheCoordinatorIfNoDeploymentIsNamed()
    {
        _chain.Demand();
        await using MinerOnNetwork miner = await MinerOnNetwork.CreateAsync(_chain);
        int at = Array.IndexOf(miner.Arguments, "--deployment");
        (miner.Arguments[at], miner.Arguments[at + 1]) = ("--drain-timeout", "30s");
        await miner.StartAsync();

        JsonElement network = await miner.WaitAsync("network");
        await miner.WaitAsync("registered");

        Assert.Equal(_chain.MiningRegistry.ToString(), network.GetProperty("miningRegistry").GetString());
        Assert.Contains("pin them with --deployment", network.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains("EMULATED", network.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signal_letsBegunSeatsBeRevealedBeforeTheProcessEnds()
    {
        _chain.Demand();
        await using MinerOnNetwork miner = await MinerOnNetwork.CreateAsync(_chain);
        miner.Coordinator.RevealOpen = false;
        StandInSeat seat = miner.Coordinator.Add(Network.Workload());
        await miner.StartProcessAsync();
        await miner.WaitAsync("committed");

        await miner.SignalAsync("TERM");
        await miner.WaitAsync("draining");
        miner.Coordinator.RevealOpen = true;

        Assert.Equal(ExitCode.Done, await miner.Running.WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
        Assert.NotNull(seat.Attestation);
    }

    [Fact]
    public async Task Signal_endsTheProcessAtOnceIfItComesAgain()
    {
        _chain.Demand();
        await using MinerOnNetwork miner = await MinerOnNetwork.CreateAsync(_chain);
        miner.Coordinator.RevealOpen = false;
        miner.Coordinator.Add(Network.Workload());
        await miner.StartProcessAsync();
        await miner.WaitAsync("committed");

        await miner.SignalAsync("INT");
        await miner.WaitAsync("draining");
        await miner.SignalAsync("INT");

        Assert.Equal(ExitCode.Interrupted, await miner.Running.WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
    }

    [Fact]
    public async Task Run_refusesASecondProcessForTheSameGpu()
    {
        _chain.Demand();
        await using MinerOnNetwork miner = await MinerOnNetwork.CreateAsync(_chain);
        await miner.StartProcessAsync();
        await miner.WaitAsync("registered");

        Assert.Equal(ExitCode.Surroundings, await miner.RunToEndAsync());
        Assert.Equal("DeviceLocked", (await miner.WaitAsync("refused")).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Run_endsIfTheMeasurementIsNotAdmitted()
    {
        _chain.Demand();
        await using MinerOnNetwork miner = await MinerOnNetwork.CreateAsync(_chain, measurement: "0x" + new string('b', 96));

        Assert.Equal(ExitCode.Refused, await miner.RunToEndAsync());

        Assert.Equal("MeasurementNotAllowed", (await miner.WaitAsync("refused")).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Run_endsIfTheHardwareIsOfAnotherRoot()
    {
        _chain.Demand();
        using var folder = new TemporaryFolder();
        await Programs.RunAsync(Programs.Emulation, "init", "--root", folder.File("foreign"));
        await using MinerOnNetwork miner = await MinerOnNetwork.CreateAsync(_chain, hardware: folder.File("foreign"));

        Assert.Equal(ExitCode.Refused, await miner.RunToEndAsync());

        JsonElement refused = await miner.WaitAsync("refused");
        Assert.Equal("RootNotPinned", refused.GetProperty("code").GetString());
        Assert.Contains("pins the vendor roots", refused.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_waitsForGasAndSaysWhereToSendIt()
    {
        _chain.Demand();
        await using MinerOnNetwork miner = await MinerOnNetwork.CreateAsync(_chain, coins: 0);
        await miner.StartAsync();

        JsonElement waiting = await miner.WaitAsync("waiting");

        Assert.Equal("InsufficientFunds", waiting.GetProperty("code").GetString());
        Assert.Contains(miner.Network.OperatorAccount.ToString(), waiting.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_findsAHealthyMinerHealthy()
    {
        _chain.Demand();
        await using MinerOnNetwork miner = await MinerOnNetwork.CreateAsync(_chain);

        Assert.Equal(ExitCode.Done, await miner.RunToEndAsync("doctor"));

        Assert.Equal(["engine", "operator", "node", "coordinator", "network", "gas", "tee", "evidence", "device", "registry"], miner.Output.Kinds);
        Assert.DoesNotContain(miner.Output.Lines, line => line.Contains("\"error\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Doctor_namesWhatIsMissingWithARemedy()
    {
        _chain.Demand();
        await using MinerOnNetwork miner = await MinerOnNetwork.CreateAsync(_chain, coins: 0);
        miner.Coordinator.ClockSkew = TimeSpan.FromMinutes(5);

        Assert.Equal(ExitCode.Refused, await miner.RunToEndAsync("doctor"));

        Assert.Contains("Synchronise the clock", (await miner.WaitAsync("coordinator")).GetProperty("remedy").GetString(), StringComparison.Ordinal);
        Assert.Contains("Send the chain's currency", (await miner.WaitAsync("gas")).GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    /// <summary>No 32 bytes of hex in the text are the private key of this account.</summary>
    private static void AssertNoKey(Address account, string text)
    {
        HashSet<string> candidates = [];
        foreach (string run in HexRun().Matches(text).Select(match => match.Value))
        {
            for (int i = 0; i + 64 <= run.Length; i += 2)
            {
                candidates.Add(run.Substring(i, 64));
            }
        }

        Assert.NotEmpty(candidates);
        foreach (string candidate in candidates)
        {
            byte[] bytes = Convert.FromHexString(candidate);
            if (bytes.AsSpan().ContainsAnyExcept((byte)0) && new Hash256(bytes) < Secp256k1.Order)
            {
                using Secp256k1PrivateKey key = Secp256k1PrivateKey.FromBytes(bytes);
                Assert.NotEqual(account, key.Address);
            }
        }
    }

    [GeneratedRegex("[0-9a-fA-F]{64,}")]
    private static partial Regex HexRun();
}
