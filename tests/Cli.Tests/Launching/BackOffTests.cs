using Ait.Cli.Launching;

namespace Ait.Cli.Tests.Launching;

public sealed class BackOffTests
{
    [Fact]
    public void After_doublesUpToTheLongest()
    {
        TimeSpan pause = TimeSpan.Zero;
        var pauses = new List<double>();
        for (int life = 0; life < 9; life++)
        {
            pause = BackOff.After(pause, TimeSpan.Zero);
            pauses.Add(pause.TotalSeconds);
        }

        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30, 30], pauses);
    }

    [Fact]
    public void After_startsOverAfterAHealthyLife() =>
        Assert.Equal(BackOff.First, BackOff.After(BackOff.Longest, BackOff.Healthy));
}
