using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Tests.Ledger;

public sealed class RememberedTests
{
    [Fact]
    public void Find_givesWhatWasNotedLast()
    {
        var remembered = new Remembered<string, int>(2);
        remembered.Note("a", 1);
        remembered.Note("a", 2);
        Assert.True(remembered.TryFind("a", out int found));
        Assert.Equal(2, found);
        Assert.False(remembered.TryFind("b", out _));
    }

    [Fact]
    public void Note_forgetsTheOlderHalfWhenTheNewerIsFull()
    {
        var remembered = new Remembered<int, int>(4);
        Note(remembered, 1, 2, 2, 1);
        Assert.Equal([1, 2], Known(remembered));
        Note(remembered, 3, 4, 5);
        Assert.Equal([1, 2, 3, 4, 5], Known(remembered));
        Note(remembered, 6);
        Assert.Equal([4, 5, 6], Known(remembered)[^3..]);
        Assert.DoesNotContain(1, Known(remembered));
    }

    [Fact]
    public void Note_keepsAtMostWhatItIsToldByWeight()
    {
        var remembered = new Remembered<int, int>(100, value => 10 * value);
        for (int key = 0; key < 1000; key++)
        {
            remembered.Note(key, 1 + (key % 3));
            Assert.InRange(Enumerable.Range(0, key + 1).Where(met => remembered.TryFind(met, out _)).Sum(met => 10 * (1 + (met % 3))), 10, 160);
            Assert.True(remembered.TryFind(key, out _));
        }
    }

    [Fact]
    public void Forget_makesRoom()
    {
        var remembered = new Remembered<int, int>(6);
        Note(remembered, 1, 2, 3);
        for (int round = 0; round < 10; round++)
        {
            Assert.True(remembered.TryForget(2, out int forgotten));
            Assert.Equal(2, forgotten);
            Assert.False(remembered.TryForget(2, out _));
            Note(remembered, 2);
        }

        Assert.Equal([1, 2, 3], Known(remembered));
    }

    [Fact]
    public void Forget_forgetsWhatWasNotedAgainSince()
    {
        var remembered = new Remembered<int, int>(2);
        Note(remembered, 1, 2);
        remembered.Note(1, 10);
        Assert.True(remembered.TryForget(1, out int forgotten));
        Assert.Equal(10, forgotten);
        Assert.False(remembered.TryFind(1, out _));
    }

    private static void Note(Remembered<int, int> remembered, params int[] keys) => Array.ForEach(keys, key => remembered.Note(key, key));

    private static int[] Known(Remembered<int, int> remembered) => [.. Enumerable.Range(0, 10).Where(key => remembered.TryFind(key, out _))];
}
