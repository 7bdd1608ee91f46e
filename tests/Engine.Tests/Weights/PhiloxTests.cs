using Ait.Engine.Tests.Specification;
using Ait.Engine.Weights;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Engine.Tests.Weights;

public sealed class PhiloxTests
{
    // The three known answers that the authors of Random123 publish for philox4x32, 10 rounds.
    [Theory]
    [InlineData(0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Draw_givesThePublishedAnswers(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint x0, uint x1, uint x2, uint x3)
    {
        Assert.Equal((x0, x1, x2, x3), Philox.Draw(c0, c1, c2, c3, k0, k1));
        Assert.Equal([x0, x1, x2, x3], SpecPhilox.Draw([c0, c1, c2, c3], ((ulong)k1 << 32) | k0));
    }

    [Fact]
    public void Draw_equalsItsTwin()
    {
        Prop.ForAll<(uint, uint, uint), (uint, ulong)>((a, b) =>
        {
            (uint x0, uint x1, uint x2, uint x3) = Philox.Draw(a.Item1, a.Item2, a.Item3, b.Item1, (uint)b.Item2, (uint)(b.Item2 >> 32));
            return SpecPhilox.Draw([a.Item1, a.Item2, a.Item3, b.Item1], b.Item2).SequenceEqual([x0, x1, x2, x3]);
        }).QuickCheckThrowOnFailure();
    }
}
