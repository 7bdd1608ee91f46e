using Ait.Chain;

namespace Ait.Protocol.Tests;

public sealed class RosterSlotTests
{
    private static readonly RosterSlot s_suspended = new(Keccak256.Hash("gpu"u8), Keccak256.Hash("chip"u8), Address.Zero, ValidUntil: 9_000, PreviousValidUntil: 5_000, RefreshedBlock: 40, RevokedBlock: 50);

    [Theory]
    [InlineData(39, 0)]
    [InlineData(49, 0)]
    [InlineData(99, 0)]
    [InlineData(100, 9_000)]
    public void Resumed_countsFromItsBlockOnAndInNoDrawBefore(ulong block, ulong validity)
    {
        RosterSlot resumed = s_suspended.Resumed(100);
        Assert.Equal(validity, resumed.ValidityAsOf(block));
        Assert.False(resumed.RevokedAsOf(block));
    }

    [Fact]
    public void Resumed_leavesAClassUnproven()
    {
        RosterSlot resumed = s_suspended.WithoutProof().Resumed(100);
        Assert.Equal(0UL, resumed.ValidityAsOf(1_000));
        Assert.Equal(9_000UL, resumed.WithProof(120).ValidityAsOf(120));
    }
}
