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
    public void Note_forgetsEverythingWhenItIsTooMuch()
    {
        var remembered = new Remembered<int, int>(3);
        Note(remembered, 1, 2, 3, 3, 2, 1);
        Assert.Equal([1, 2, 3], Known(remembered));
        remembered.Note(4, 4);
        Assert.Empty(Known(remembered));
        Note(remembered, 5, 6, 7);
        Assert.Equal([5, 6, 7], Known(remembered));
    }

    [Fact]
    public void Forget_makesRoom()
    {
        var remembered = new Remembered<int, int>(3);
        Note(remembered, 1, 2, 3);
        Assert.True(remembered.TryForget(2, out int forgotten));
        Assert.Equal(2, forgotten);
        Assert.False(remembered.TryForget(2, out _));
        remembered.Note(4, 4);
        Assert.Equal([1, 3, 4], Known(remembered));
    }

    private static void Note(Remembered<int, int> remembered, params int[] keys) => Array.ForEach(keys, key => remembered.Note(key, key));

    private static int[] Known(Remembered<int, int> remembered) => [.. Enumerable.Range(0, 10).Where(key => remembered.TryFind(key, out _))];
}
