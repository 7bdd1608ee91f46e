using System.Numerics;
using Ait.Chain;
using Ait.Miner.Reporting;
using Ait.Miner.Submission;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Tests.Reporting;

public sealed class LiveViewTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Hash256 s_task = new([.. new byte[31], 7]);

    private static MinerEvent Enrolled(TimeSpan validity) => new(
        "registered", Severity.Information, "H100 is registered.", [new Fact("validUntil", string.Empty, (ulong)(s_start + validity).ToUnixTimeSeconds())]);

    private static MinerStatus After(params MinerEvent[] events) => events.Aggregate(MinerStatus.Beginning, (status, happened) => status.With(happened, s_start));

    private static SeatResponse Seat(string? paid, UnpaidReason reason = UnpaidReason.None) => new(s_task, Hash256.Zero, SeatPhase.Settled, false, reason, null, paid, null);

    private static string Show(MinerStatus status, TimeSpan later, int? celsius = null, int width = 100, int height = 30) =>
        string.Join('\n', LiveView.Lines(status, s_start, s_start + later, celsius, width, height));

    [Fact]
    public void Lines_showDeviceEvidenceProgressEarningsAndTemperature()
    {
        MinerStatus status = After(
            new MinerEvent("device", Severity.Information, "H100 0x12 for operator 0x34.", []), Enrolled(TimeSpan.FromHours(24)),
            MinerEvents.Paid(Seat("1500000000000000000")), MinerEvents.Committed(s_task));

        string text = Show(status, TimeSpan.FromMinutes(75), celsius: 54);

        Assert.Contains("device    H100 0x12 for operator 0x34.", text, StringComparison.Ordinal);
        Assert.Contains("evidence  ends in 22 h 45 min", text, StringComparison.Ordinal);
        Assert.Contains("GPU       54 °C", text, StringComparison.Ordinal);
        Assert.Contains("earned    1.5 AIT for 1 seat in 1 h 15 min; 0 seats unpaid", text, StringComparison.Ordinal);
        Assert.Contains("committed for 1 h 15 min", text, StringComparison.Ordinal);
        Assert.DoesNotContain("because", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_sayWhyNothingIsEarnedUntilSomethingIs()
    {
        MinerStatus idle = After(Enrolled(TimeSpan.FromHours(24)), MinerEvents.Idle(Hash256.Zero));
        Assert.Contains("because   No seat has been drawn for this GPU yet", Show(idle, TimeSpan.Zero), StringComparison.Ordinal);
        Assert.Contains("now       waiting for a seat", Show(idle, TimeSpan.Zero), StringComparison.Ordinal);

        MinerStatus unpaid = idle.With(MinerEvents.Unpaid(Seat(null, UnpaidReason.ResultInMinority)), s_start);
        Assert.Contains("its result differs from the agreed one", Show(unpaid, TimeSpan.Zero), StringComparison.Ordinal);
        Assert.Contains("Run doctor", Show(unpaid, TimeSpan.Zero), StringComparison.Ordinal);

        Assert.DoesNotContain("because", Show(unpaid.With(MinerEvents.Paid(Seat("1")), s_start), TimeSpan.Zero), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryReasonToEarnNothing_isShown() => Assert.All(
        new[]
        {
            MinerEvents.CoordinatorAway("connection refused"), MinerEvents.TooLate(s_task), MinerEvents.Idle(Hash256.Zero),
            MinerEvents.Declined(null, LetterRefusal.ModelUnavailable, "no such model"), MinerEvents.Unpaid(Seat(null, UnpaidReason.Silent)),
            MinerEvents.Voided(Seat(null, UnpaidReason.NoAgreement)), MinerEvents.Failed("A seat", new InvalidOperationException("why")),
        },
        happened => Assert.Contains("because   ", Show(After(happened), TimeSpan.Zero), StringComparison.Ordinal));

    [Fact]
    public void Lines_sayThatEvidenceHasEnded() =>
        Assert.Contains("has ended; fresh evidence is on its way", Show(After(Enrolled(TimeSpan.FromHours(1))), TimeSpan.FromHours(2)), StringComparison.Ordinal);

    [Fact]
    public void Status_countsWhatWasPaidAndForgetsTheSeat()
    {
        MinerStatus status = After(MinerEvents.Committed(s_task), MinerEvents.Paid(Seat("5")), MinerEvents.Paid(Seat("6")), MinerEvents.Unpaid(Seat(null, UnpaidReason.Silent)));

        Assert.Equal((2, new BigInteger(11), 1, 0), (status.Paid, status.PaidWei, status.Unpaid, status.Seats.Count));
    }

    [Theory]
    [InlineData(20, 8)]
    [InlineData(80, 24)]
    [InlineData(300, 100)]
    public void Lines_fitTheTerminalAndNeverDriveIt(int width, int height)
    {
        MinerEvent[] hostile = [.. Enumerable.Range(0, 100).Select(number => new MinerEvent("idle", Severity.Warning, $"{number}\u001b[2J\r\n{new string('x', 500)}", [new Fact("taskId", $"0x\u001b{number}")]))];
        MinerStatus status = After([.. hostile, .. hostile.Select(happened => happened with { Kind = "leased" })]);

        IReadOnlyList<string> lines = LiveView.Lines(status, s_start, s_start, 50, width, height);

        Assert.InRange(lines.Count, 1, height - 1);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.DoesNotContain(lines, line => line.Any(char.IsControl));
    }

    [Fact]
    public async Task Reporter_givesTheTerminalBackWithTheLastEvents()
    {
        using var terminal = new StringWriter();
        var live = new LiveReporter(terminal, () => (80, 24), () => 40, TimeProvider.System);
        live.Report(MinerEvents.Idle(Hash256.Zero));
        live.Report(MinerEvents.Stopped(SeatTotals.None));
        await live.DisposeAsync();
        live.End();

        string text = terminal.ToString();
        Assert.StartsWith("\u001b[?1049h\u001b[?25l", text, StringComparison.Ordinal);
        string after = Assert.Single(text.Split("\u001b[?25h\u001b[?1049l").Skip(1));
        Assert.Contains("Stopped: 0 seats paid", after, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', after);
    }
}
