using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Commands;
using Ait.Cli.Launching;
using Ait.Cli.Telling;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.EndToEnd.Tests;

/// <summary>A miner lies on a task whose result was known: its operator's bond is burned, and nobody else's.</summary>
public sealed class FailedCanary : Devnet
{
    [Fact(Timeout = 1_200_000)]
    public async Task Liar_losesItsBondToTheFireAndHonestMinersNothing()
    {
        Require(this);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await RegisteredAsync(5, cancellation);
        ModelResponse model = await ModelAsync(cancellation);
        foreach (Hash256 workload in await QueueAsync(QueueCommand.MadeUp(4, model, TimeProvider.System.GetUtcNow()), cancellation))
        {
            await SettledAsync(workload, cancellation);
        }

        using Secp256k1PrivateKey operatorKey = Local.Key("mallory");
        await Local.EndowAsync([operatorKey.Address], cancellation);
        using Adversary liar = await Adversary.CreateAsync(Network, Local.Hardware, operatorKey, TimeProvider.System, cancellation);
        Adversary.Registration registration = await liar.PrepareAsync(cancellation);
        await liar.EnrolAsync(registration, cancellation);
        await liar.RegisterAsync(registration, cancellation);
        await RegisteredAsync(6, cancellation);

        // The richest puts up half for itself and half for the liar.
        (string richest, BigInteger balance) = await RichestAsync(cancellation);
        BigInteger half = balance / 2;
        using Secp256k1PrivateKey honest = KeyFile.Open(richest);
        await RunAsync(0, cancellation, "bond", "deposit", Amounts.Text(half), "--key", richest);
        await Network.Chain.SendAsync(honest, Network.Network.Token, NetworkAccess.Token.Function("transfer").EncodeCall(operatorKey.Address, half), cancellation);
        await RunAsync(0, cancellation, "bond", "deposit", Amounts.Text(half), "--key", Local.State.Key("mallory"));

        TaskResponse task = await CaughtAsync(liar, cancellation);
        BigInteger burned = await BurnedAsync(task.TaskId, liar.GpuId, cancellation);
        Assert.Equal(BigInteger.Min(half, BigInteger.Pow(10, 20)), burned); // 100 AIT, or what there is.
        Assert.Equal(Text(half - burned), (string?)(await RunAsync(0, cancellation, "bond", "show", "--key", Local.State.Key("mallory")))["bondWei"]);
        JsonObject kept = await RunAsync(0, cancellation, "bond", "show", "--key", richest);
        Assert.Equal((Text(half), true), ((string?)kept["bondWei"], (bool?)kept["goodStanding"]));
        foreach (TaskSeatResponse seat in task.Seats.Where(seat => seat.GpuId != liar.GpuId))
        {
            Assert.Null((await RunAsync(0, cancellation, "why", task.TaskId.ToString(), seat.GpuId.ToString()))["slashedFor"]);
        }

        JsonObject audit = await RunAsync(0, cancellation, "audit");
        Assert.True((bool?)audit["holds"]);
        Assert.Equal(Text(burned), (string?)audit["burnedByHoldersWei"]);
        Assert.Contains("AlreadySlashed", (string?)(await RunAsync(0, cancellation, "slash", "canary", task.TaskId.ToString()))["failures"]![0]!["outcome"], StringComparison.Ordinal);
    }

    private static string Text(BigInteger number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Queues canaries, one after the other, until one has settled against the liar.</summary>
    private async Task<TaskResponse> CaughtAsync(Adversary liar, CancellationToken cancellation)
    {
        while (true)
        {
            JsonObject queued = await RunAsync(0, cancellation, "queue", "--count", "1", "--canaries", "1");
            var workload = Hash256.Parse((string)queued["queued"]![0]!);
            List<Task> lies = [];
            WorkloadResponse state;
            do
            {
                lies.AddRange((await liar.LeaseAsync(500, cancellation)).Select(letter => liar.FabricateAsync(letter, cancellation)));
                state = await Network.Coordinator.WorkloadAsync(workload, cancellation);
            }
            while (state is not { Phase: WorkloadPhase.Settled, TaskId: not null });

            await Task.WhenAll(lies);
            TaskResponse task = await Network.Coordinator.TaskAsync(state.TaskId.Value, cancellation);
            if (task.Seats.Any(seat => seat.GpuId == liar.GpuId))
            {
                Assert.Equal(UnpaidReason.ResultInMinority, Assert.Single(task.Seats, seat => seat.GpuId == liar.GpuId).Reason);
                return task;
            }
        }
    }

    /// <summary>Waits until the coordinator has slashed, and says how much.</summary>
    private async Task<BigInteger> BurnedAsync(Hash256 taskId, Hash256 gpuId, CancellationToken cancellation)
    {
        while (true)
        {
            JsonObject why = await RunAsync(0, cancellation, "why", taskId.ToString(), gpuId.ToString());
            if ((string?)why["burnedWei"] is string burned)
            {
                Assert.Equal(("ResultInMinority", "a wrong answer to a canary"), ((string?)why["reason"], (string?)why["slashedFor"]));
                return BigInteger.Parse(burned, CultureInfo.InvariantCulture);
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }
    }
}
