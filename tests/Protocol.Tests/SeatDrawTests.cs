using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Ait.Chain;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Protocol.Tests;

public sealed class SeatDrawTests
{
    private static readonly Hash256 s_secret = Samples.Hash("first secret");
    private static readonly Hash256 s_seed = Samples.Hash("seed block");
    private static readonly Hash256 s_task = Samples.Network.TaskId(1, 0);

    [Fact]
    public void Draw_fillsThreeDistinctSeats()
    {
        ImmutableArray<int> seats = Draw([.. Enumerable.Range(0, 10).Select(i => Samples.Slot(i))]);

        Assert.Equal(3, seats.Length);
        Assert.Equal(3, seats.Distinct().Count());
    }

    [Fact]
    public void Draw_neverSeatsOneOperatorTwice() => EveryDrawIsDistinct(slot => slot.Operator, i => Samples.Slot(i, operatorName: $"operator {i % 4}"));

    [Fact]
    public void Draw_neverSeatsOneHostTwice() => EveryDrawIsDistinct(slot => slot.HostChip, i => Samples.Slot(i, host: $"host {i % 4}"));

    [Fact]
    public void Draw_skipsADeviceRevokedByTheCommitment()
    {
        RosterSlot[] roster = [.. Enumerable.Range(0, 4).Select(i => Samples.Slot(i))];
        for (uint task = 0; task < 50; task++)
        {
            roster[2] = Samples.Slot(2) with { RevokedBlock = 100 };
            Assert.DoesNotContain(2, Draw(roster, Samples.Network.TaskId(1, task)));
        }

        roster[2] = Samples.Slot(2) with { RevokedBlock = 101 };
        Assert.Contains(Enumerable.Range(0, 50), task => Draw(roster, Samples.Network.TaskId(1, (uint)task)).Contains(2));
    }

    [Fact]
    public void Draw_judgesValidityAsOfTheCommitment()
    {
        RosterSlot[] roster = [.. Enumerable.Range(0, 4).Select(i => Samples.Slot(i))];
        roster[1] = Samples.Slot(1) with { RefreshedBlock = 101, PreviousValidUntil = 1_799_999_999 };
        for (uint task = 0; task < 50; task++)
        {
            Assert.DoesNotContain(1, Draw(roster, Samples.Network.TaskId(1, task)));
        }

        roster[1] = Samples.Slot(1) with { RefreshedBlock = 101, PreviousValidUntil = 1_800_000_000 };
        Assert.Contains(Enumerable.Range(0, 50), task => Draw(roster, Samples.Network.TaskId(1, (uint)task)).Contains(1));
    }

    [Fact]
    public void AuditLot_isTheHighest16BitsOfTheSeed()
    {
        Span<byte> preimage = stackalloc byte[64];
        s_secret.CopyTo(preimage);
        s_seed.CopyTo(preimage[32..]);
        Assert.Equal(Keccak256.Hash(preimage).ToString()[2..6], SeatDraw.AuditLot(s_secret, s_seed).ToString("x4", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(0, 0, 5, null, false)]
    [InlineData(0, 1, 5, null, true)]
    [InlineData(1, 1, 5, null, false)]
    [InlineData(65534, 65535, 5, 5, true)]
    [InlineData(65535, 65535, 5, null, false)]
    [InlineData(0, 65535, 4, null, false)]
    [InlineData(0, 65535, 9, 3, false)]
    [InlineData(0, 65535, 9, 7, true)]
    public void IsAudited_followsTheRegistrysRule(int lot, int share, uint rosterLength, int? seatsIfPinned, bool expected) =>
        Assert.Equal(expected, SeatDraw.IsAudited((ushort)lot, (ushort)share, rosterLength, seatsIfPinned));

    [Fact]
    public void Draw_returnsFewerIfTheRosterIsTooSmall()
    {
        Assert.Empty(Draw([]));
        Assert.Equal(2, Draw([Samples.Slot(0), Samples.Slot(1)]).Length);
    }

    [Fact]
    public void Draw_isUniform()
    {
        RosterSlot[] roster = [.. Enumerable.Range(0, 10).Select(i => Samples.Slot(i))];
        int[] drawn = new int[10];
        for (uint task = 0; task < 4000; task++)
        {
            foreach (int slot in Draw(roster, Samples.Network.TaskId(1, task)))
            {
                drawn[slot]++;
            }
        }

        // 1200 expected each; the standard deviation is 29, so six of them either side.
        Assert.All(drawn, count => Assert.InRange(count, 1200 - 174, 1200 + 174));
    }

    [Fact]
    public void Draw_equalsTheObviousDraw() => Prop.ForAll<PositiveInt, int>((size, salt) =>
    {
        RosterSlot[] roster = [.. Enumerable.Range(0, (size.Get % 40) + 1).Select(i => Samples.Slot(i, $"operator {(i * 7) % 11}", $"host {(i * 5) % 13}"))];
        Hash256 task = Samples.Hash(salt.ToString(CultureInfo.InvariantCulture));
        return Draw(roster, task).SequenceEqual(ObviousDraw(roster, task));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void DrawFurther_keepsTheSeatsThereAreAndSeatsNoOneTwice()
    {
        RosterSlot[] roster = [.. Enumerable.Range(0, 60).Select(i => Samples.Slot(i, $"operator {i % 30}", $"host {i % 29}"))];
        for (uint task = 0; task < 100; task++)
        {
            Hash256 taskId = Samples.Network.TaskId(1, task);
            ImmutableArray<int> first = Draw(roster, taskId);
            ImmutableArray<int> five = SeatDraw.DrawFurther(first, 5, Samples.Hash("second secret"), Samples.Hash("later block"), taskId, 1_800_000_000, 100, roster);
            ImmutableArray<int> seven = SeatDraw.DrawFurther(first, 7, Samples.Hash("second secret"), Samples.Hash("later block"), taskId, 1_800_000_000, 100, roster);

            Assert.Equal(first, five[..3]);
            Assert.Equal(five, seven[..5]);
            Assert.Equal(7, seven.Select(slot => roster[slot].Operator).Distinct().Count());
            Assert.Equal(7, seven.Select(slot => roster[slot].HostChip).Distinct().Count());
        }
    }

    [Fact]
    public void DrawFurther_returnsFewerIfTheRosterIsTooSmall()
    {
        RosterSlot[] roster = [.. Enumerable.Range(0, 4).Select(i => Samples.Slot(i))];

        Assert.Equal(4, SeatDraw.DrawFurther(Draw(roster), 5, s_secret, s_seed, s_task, 1_800_000_000, 100, roster).Length);
        Assert.Empty(SeatDraw.DrawFurther([], 3, s_secret, s_seed, s_task, 1_800_000_000, 100, []));
    }

    private static ImmutableArray<int> Draw(IReadOnlyList<RosterSlot> roster, Hash256? task = null) =>
        SeatDraw.Draw(s_secret, s_seed, task ?? s_task, deadline: 1_800_000_000, commitBlock: 100, roster);

    /// <summary>The definition in big integers and sets.</summary>
    private static List<int> ObviousDraw(RosterSlot[] roster, Hash256 task)
    {
        byte[] seed = Keccak256.Hash([.. s_secret.ToArray(), .. s_seed.ToArray()]).ToArray();
        var seated = new List<int>();
        for (int k = 0; k < 64 && seated.Count < 3; k++)
        {
            byte[] number = new byte[32];
            number[31] = (byte)k;
            var value = new BigInteger(Keccak256.Hash([.. seed, .. task.ToArray(), .. number]).ToArray(), isUnsigned: true, isBigEndian: true);
            int slot = (int)(value % roster.Length);
            bool clash = seated.Any(other => roster[other].Operator == roster[slot].Operator || roster[other].HostChip == roster[slot].HostChip || other == slot);
            if (!clash)
            {
                seated.Add(slot);
            }
        }

        return seated;
    }

    private static void EveryDrawIsDistinct<T>(Func<RosterSlot, T> domain, Func<int, RosterSlot> slot)
    {
        RosterSlot[] roster = [.. Enumerable.Range(0, 12).Select(slot)];
        for (uint task = 0; task < 200; task++)
        {
            ImmutableArray<int> seats = Draw(roster, Samples.Network.TaskId(1, task));
            Assert.Equal(3, seats.Length);
            Assert.Equal(3, seats.Select(seat => domain(roster[seat])).Distinct().Count());
        }
    }
}
