using Ait.Engine.Weights;

namespace Ait.Engine.Tests.Weights;

public sealed class PackedMatrixTests
{
    [Theory]
    [InlineData(16, 16)]
    [InlineData(33, 48)]
    public void Index_isOneToOneOverTheWholePanels(int rows, int columns)
    {
        var matrix = new PackedMatrix(rows, columns);
        var seen = new HashSet<long>();
        for (int row = 0; row < matrix.PaddedRows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                long index = PackedMatrix.Index(row, column, columns);
                Assert.InRange(index, 0, ((long)matrix.PaddedRows * columns) - 1);
                Assert.True(seen.Add(index));
            }
        }
    }

    [Fact]
    public unsafe void Weights_beginOnA64ByteBoundary()
    {
        for (int i = 0; i < 20; i++)
        {
            var matrix = new PackedMatrix(1, 16);
            Assert.Equal(0, (nint)matrix.Weights & 63);
            Assert.Equal(0, (nint)matrix.Scales & 63);
        }
    }

    [Fact]
    public unsafe void Draw_leavesThePaddingZero()
    {
        PackedMatrix matrix = SeededWeights.Draw(5, 0, WeightKind.Output, 17, 16);
        for (int row = 17; row < 32; row++)
        {
            Assert.Equal(0f, matrix.Scales[row]);
            for (int column = 0; column < 16; column++)
            {
                Assert.Equal(0, matrix[row, column]);
            }
        }
    }
}
