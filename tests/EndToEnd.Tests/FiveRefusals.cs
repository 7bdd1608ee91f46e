using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Commands;
using Ait.Cli.Telling;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.EndToEnd.Tests;

/// <summary>The five checks of the contract, each met by an attempt to get AIT for nothing. None mints.</summary>
public sealed class FiveRefusals(Devnet devnet) : IClassFixture<Devnet>
{
    [Fact(Timeout = 300_000)]
    public async Task Contract_refusesForgedEvidenceStrangersForeignWorkWrongDurationsAndLonelyResults()
    {
        Devnet.Require(devnet);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        NetworkAccess network = devnet.Network;
        await devnet.RegisteredAsync(5, cancellation);
        using Secp256k1PrivateKey operatorKey = devnet.Local.Key("mallory");
        using Secp256k1PrivateKey coordinator = devnet.Local.Key("coordinator");
        await devnet.Local.EndowAsync([operatorKey.Address], cancellation);
        using Adversary mallory = await Adversary.CreateAsync(network, devnet.Local.Hardware, operatorKey, TimeProvider.System, cancellation);

        // (1) Evidence: one changed byte is refused; without the change the same report registers; sent again it is not fresh.
        Adversary.Registration honest = await mallory.PrepareAsync(cancellation);
        Attempt forged = await mallory.RegisterForgedAsync(honest, cancellation);
        Assert.True(forged.WasRefused, $"{forged}");
        CoordinatorRefusedException? notEnrolled = await mallory.EnrolForgedAsync(honest, cancellation);
        Assert.Equal((ProblemCodes.EvidenceRefused, true), (notEnrolled?.Code, notEnrolled?.Problem?.Title.Contains("ReportSignature", StringComparison.Ordinal)));
        await mallory.EnrolAsync(honest, cancellation);
        Assert.True((await mallory.RegisterAsync(honest, cancellation)).Succeeded);
        Attempt again = await Attempt.MakeAsync(
            network, "the same registration again", "EvidenceReused", operatorKey, network.Network.DeviceRegistry, honest.EncodeCall(), cancellation);
        Assert.True(again.WasRefused, $"{again}");

        // (5a) On a seat of hers, drawn like any other: the two honest seats are paid, the fabricated result is not.
        SeatResponse seat = await FabricateAsync(mallory, cancellation);
        Assert.Equal((SeatPhase.Unpaid, UnpaidReason.ResultInMinority), (seat.Phase, seat.Reason));
        SettledTaskRecord settled = Assert.Single(await network.SettledTasksAsync(cancellation), found => found.TaskId == seat.TaskId).Task;
        Assert.Equal(2, settled.SeatsPaid);
        (uint slot, _) = Assert.Single(settled.Seats, outcome => outcome.Code == SeatOutcomes.Minority);
        Assert.Equal(mallory.GpuId, (await network.RosterAsync(cancellation))[(int)slot].GpuId);

        JsonObject why = await devnet.RunAsync(0, cancellation, "why", seat.TaskId.ToString(), mallory.GpuId.ToString());
        Assert.Equal(("ResultInMinority", "chain"), ((string?)why["reason"], (string?)why["source"]));
        Assert.Contains(settled.ResultHash.ToString(), (string?)why["evidence"], StringComparison.Ordinal);
        Assert.Equal(seat.Remedy, (string?)why["remedy"]);

        // With the coordinator's own key, every secret known and a seat of hers: (2), (3), (4), and (5) her result alone.
        await devnet.Local.StopProgramAsync("coordinator");
        RogueBatch rogue = await RogueBatch.CommitAsync(network, mallory, coordinator, TimeProvider.System, cancellation);
        Attempt stranger = await rogue.WithUnregisteredGpuAsync(cancellation);
        Attempt foreign = await rogue.WithWorkloadNotInQueueAsync(cancellation);
        Attempt slow = await rogue.WithDurationOutOfBoundsAsync(cancellation);
        Attempt alone = await rogue.WithOnlyHerResultAsync(cancellation);
        Assert.Equal(
            ["DeviceNotRegistered", "WorkloadNotInQueue", "DurationOutOfBounds", "ResultNotAgreed"],
            [stranger.Error.Name, foreign.Error.Name, slow.Error.Name, alone.Error.Name]);
        Assert.Equal((1, 2), ((int)alone.Error["matching"].AsUInt32(), (int)alone.Error["required"].AsUInt32()));
        Assert.All([stranger, foreign, slow, alone], attempt => Assert.True(attempt.WasRefused, $"{attempt}"));

        Assert.Equal(BigInteger.Zero, await network.BalanceAsync(operatorKey.Address, cancellation));
        BalanceSheet sheet = await BalanceSheet.ReadAsync(network, cancellation);
        Assert.All(sheet.Checks, check => Assert.True(check.Holds, $"{check.What}: {check.Left} is not {check.Right}"));
    }

    private async Task<SeatResponse> FabricateAsync(Adversary mallory, CancellationToken cancellation)
    {
        ModelResponse model = await devnet.ModelAsync(cancellation);
        while (true)
        {
            IReadOnlyList<Hash256> queued = await devnet.QueueAsync(QueueCommand.MadeUp(3, model, TimeProvider.System.GetUtcNow()), cancellation);
            List<SeatResponse> seats = [];
            Task<TaskResponse[]> all = Task.WhenAll(queued.Select(workload => devnet.SettledAsync(workload, cancellation)));
            while (!all.IsCompleted)
            {
                IReadOnlyList<SeatLetter> letters = await mallory.LeaseAsync(1_000, cancellation);
                foreach (Adversary.Fabrication made in await Task.WhenAll(letters.Select(letter => mallory.FabricateAsync(letter, cancellation))))
                {
                    seats.Add(await mallory.EndAsync(made.Letter.TaskId, cancellation));
                }
            }

            await all;
            if (seats.Count > 0)
            {
                return seats[0];
            }
        }
    }
}
