using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Cli.Commands;
using Ait.Cli.Launching;
using Ait.Cli.Telling;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.EndToEnd.Tests;

/// <summary>One miner lies, one is gone: where both sit among the first three, two more seats decide, on real processes and contracts.</summary>
public sealed class DisputedTask : Devnet
{
    private const string Gone = "miner-4";

    // Five operators in all, the liar included: further seats can only be the two that the first draw left.
    private protected override LocalNetworkOptions Shape(LocalNetworkOptions options) => options with { TaskLifetime = TimeSpan.FromMinutes(5) };

    [Fact(Timeout = 1_200_000)]
    public async Task DisputedTask_settlesWithFiveSeatsAndIsFollowedByTheAudit()
    {
        Require(this);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await RegisteredAsync(5, cancellation);
        using Secp256k1PrivateKey operatorKey = Local.Key("mallory");
        await Local.EndowAsync([operatorKey.Address], cancellation);
        using Adversary liar = await Adversary.CreateAsync(Network, Local.Hardware, operatorKey, TimeProvider.System, cancellation);
        Adversary.Registration honest = await liar.PrepareAsync(cancellation);
        await liar.EnrolAsync(honest, cancellation);
        await liar.RegisterAsync(honest, cancellation);
        await RegisteredAsync(6, cancellation);
        await Local.StopProgramAsync(Gone);

        TaskResponse task = await DisputeAsync(liar, cancellation);
        Assert.Equal(3, task.Seats.Count(seat => seat.Reason == UnpaidReason.None));
        Assert.Equal(UnpaidReason.ResultInMinority, Assert.Single(task.Seats, seat => seat.GpuId == liar.GpuId).Reason);
        TaskSeatResponse silent = Assert.Single(task.Seats, seat => seat.Reason == UnpaidReason.Silent);

        JsonObject seats = await RunAsync(0, cancellation, "seats", task.TaskId.ToString());
        Assert.True((bool?)seats["agrees"]);
        Assert.Equal(task.Seats.Select(seat => seat.GpuId.ToString()), seats["seats"]!.AsArray().Select(seat => (string)seat!["gpuId"]!));
        Assert.Equal("ResultInMinority", (string?)(await RunAsync(0, cancellation, "why", task.TaskId.ToString(), liar.GpuId.ToString()))["reason"]);
        Assert.Equal("Silent", (string?)(await RunAsync(0, cancellation, "why", task.TaskId.ToString(), silent.GpuId.ToString()))["reason"]);
        Assert.Equal("Paid", (string?)(await RunAsync(0, cancellation, "why", task.TaskId.ToString(), task.Seats[4].GpuId.ToString()))["reason"]);
        Assert.True((bool?)(await RunAsync(0, cancellation, "audit"))["holds"]);
    }

    /// <summary>
    /// A task that the liar and the gone miner disputed, settled with five seats; the liar answers every seat of hers. One round of so many
    /// tasks that several such are among them: once absent long enough, the gone miner is suspended, and later draws pass it over.
    /// </summary>
    private async Task<TaskResponse> DisputeAsync(Adversary liar, CancellationToken cancellation)
    {
        IReadOnlyList<Hash256> workloads = await QueueAsync(QueueCommand.MadeUp(32, await ModelAsync(cancellation), TimeProvider.System.GetUtcNow()), cancellation);
        List<Task> lies = [];
        List<WorkloadResponse> ended = [];
        while (ended.Count < workloads.Count)
        {
            lies.AddRange((await liar.LeaseAsync(500, cancellation)).Select(letter => liar.FabricateAsync(letter, cancellation)));
            ended.Clear();
            foreach (Hash256 workload in workloads)
            {
                if (await Network.Coordinator.WorkloadAsync(workload, cancellation) is { Phase: WorkloadPhase.Settled or WorkloadPhase.Void } state)
                {
                    ended.Add(state);
                }
            }
        }

        await Task.WhenAll(lies);
        List<TaskResponse> tasks = [];
        foreach (WorkloadResponse state in ended.Where(state => state.Phase == WorkloadPhase.Settled))
        {
            tasks.Add(await Network.Coordinator.TaskAsync(state.TaskId!.Value, cancellation)); // Settled work has a task.
        }

        TaskResponse? disputed = tasks.Find(task =>
            task.Seats.Count == 5 && task.Seats.Any(seat => seat.GpuId == liar.GpuId) && task.Seats.Count(seat => seat.Reason == UnpaidReason.Silent) == 1);
        Assert.True(disputed is not null, $"No task was settled with five seats, the liar's and one silent among them: of {workloads.Count} these settled, with so many seats, so many silent: "
            + string.Join(", ", tasks.Select(task => $"{task.Seats.Count}/{task.Seats.Count(seat => seat.Reason == UnpaidReason.Silent)}")));
        return disputed;
    }
}
