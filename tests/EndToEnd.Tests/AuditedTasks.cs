using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Cli.Commands;
using Ait.Cli.Launching;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.EndToEnd.Tests;

/// <summary>A network whose registry asks for a further seat's agreement on every task. Six miners have five operators, so each task has five seats.</summary>
public sealed class AuditedTasks : Devnet
{
    private protected override LocalNetworkOptions Shape(LocalNetworkOptions options) => options with { Miners = 6, AuditShare = ushort.MaxValue };

    [Fact(Timeout = 600_000)]
    public async Task AuditedTasks_settleWithFurtherSeatsAndAreFollowedByTheAudit()
    {
        Require(this);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await RegisteredAsync(6, cancellation);
        ModelResponse model = await ModelAsync(cancellation);
        foreach (Hash256 workload in await QueueAsync(QueueCommand.MadeUp(3, model, TimeProvider.System.GetUtcNow()), cancellation))
        {
            TaskResponse task = await SettledAsync(workload, cancellation);
            Assert.Equal(5, task.Seats.Count);
            Assert.Contains(task.Seats.Skip(SeatDraw.Seats), seat => seat.Reason == UnpaidReason.None);
            JsonObject seats = await RunAsync(0, cancellation, "seats", task.TaskId.ToString());
            Assert.True((bool?)seats["audited"]);
            Assert.True((bool?)seats["agrees"]);
        }

        Assert.True((bool?)(await RunAsync(0, cancellation, "audit"))["holds"]);
    }
}
