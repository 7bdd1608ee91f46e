using System.Text.Json.Nodes;
using Ait.Chain.Contracts;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Protocol;

namespace Ait.EndToEnd.Tests;

/// <summary>Classes without evidence of the GPU prove themselves by time, on real processes: one that is what it says, and one that is a processor.</summary>
public sealed class ClassChallenges : Devnet
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);

    private protected override LocalNetworkOptions Shape(LocalNetworkOptions options) => options with { AdmitsMeasuredH100 = true };

    [Fact(Timeout = 600_000)]
    public async Task Network_provesHonestHostsAndSuspendsAProcessorThatClaimsToBeAnH100()
    {
        Require(this);
        CancellationToken cancellation = TestContext.Current.CancellationToken;

        // Emulated hosts run the chain of a scaled class: both that are challenged pass, and are drawn from then on.
        IReadOnlyList<RegisteredDevice> honest = await RegisteredAsync(5, cancellation);
        IReadOnlyList<ChallengeLine> book = await BookAsync(cancellation);
        foreach (RegisteredDevice device in honest.Where(device => device.DeviceClass is DeviceClass.L40S or DeviceClass.MI300X))
        {
            ChallengeLine passed = Assert.Single(book, line => line.Record.GpuId == device.GpuId && line.Record.Verdict == ChallengeVerdict.Passed);
            Assert.True(passed.Statements.Count(word => word.IsCorrect && word.DurationMillis <= passed.Record.Terms.DeadlineMillis) >= 2, passed.Said);
            Assert.All(passed.Record.Witnesses, slot => Assert.True(
                honest[(int)slot].Operator != device.Operator && honest[(int)slot].HostChip != device.HostChip, $"witness in slot {slot}"));
        }

        Assert.DoesNotContain(book, line => honest.Any(device => device.GpuId == line.Record.GpuId && device.DeviceClass is DeviceClass.H100 or DeviceClass.A100));

        // Its host's evidence is as good as any: only the challenge of a true H100 tells.
        var claim = new MinerPlan(99, "pretender", "host-pretender", InTrustDomain: false, GpuIndex: 0, DeviceClass.H100);
        await Local.JoinAsMeasuredHostAsync(claim, cancellation);
        ChallengeLine failed = await DecidedAsync(DeviceClass.H100, cancellation);
        Assert.Equal(ChallengeVerdict.Failed, failed.Record.Verdict);
        Assert.NotEmpty(failed.Statements); // Who says nothing in time says as much.
        Assert.All(failed.Statements, word => Assert.False(word.IsCorrect, failed.Said));

        RegisteredDevice pretender = Assert.Single(await Network.RosterAsync(cancellation), device => device.GpuId == failed.Record.GpuId);
        Assert.Equal(DeviceClass.H100, pretender.DeviceClass);
        Assert.NotEqual(0UL, pretender.Roster.RevokedBlock);
        Assert.True(pretender.IsUnproven);

        // `ait challenges` tells it, and the audit follows the roster through proofs and the suspension.
        JsonObject told = await RunAsync(0, cancellation, "challenges");
        Assert.Equal((pretender.GpuId.ToString(), "failed, suspended"), ((string?)told["gpuId"], (string?)told["state"]));
        await RunAsync(0, cancellation, "audit");
    }

    private Task<IReadOnlyList<ChallengeLine>> BookAsync(CancellationToken cancellation) => ChallengeBook.ReadAsync(Network.Chain, Local.Deployment.ChallengeRegistry, cancellation);

    private async Task<ChallengeLine> DecidedAsync(DeviceClass deviceClass, CancellationToken cancellation)
    {
        while (true)
        {
            if ((await BookAsync(cancellation)).FirstOrDefault(line =>
                line.Record.Class == (byte)deviceClass && line.Record.Verdict is ChallengeVerdict.Passed or ChallengeVerdict.Failed) is { } decided)
            {
                return decided;
            }

            await Task.Delay(s_poll, cancellation);
        }
    }
}
