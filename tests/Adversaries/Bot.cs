namespace Ait.Adversaries;

/// <summary>Somebody who tries to get AIT for nothing, by everything the contracts offer.</summary>
internal abstract class Bot
{
    /// <summary>By what name the table knows it.</summary>
    internal abstract string Name { get; }

    /// <summary>What it tries, in a few words.</summary>
    internal abstract string Attempt { get; }

    /// <summary>Who its honest twin is: with what its profit is compared.</summary>
    internal abstract string Twin { get; }

    /// <summary>What stops it, in a few words.</summary>
    internal abstract string Defence { get; }

    /// <summary>Plays the bot and its honest twin; each finds the world as it was registered.</summary>
    internal abstract Task<Outcome> PlayAsync(World world, CancellationToken cancellation);
}
