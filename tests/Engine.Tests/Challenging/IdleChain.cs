using Ait.Engine.Challenging;

namespace Ait.Engine.Tests.Challenging;

/// <summary>Does every other step and claims zeros for the rest.</summary>
internal sealed class IdleChain(ChallengeTerms terms, Digest seed) : IChainMachine
{
    private readonly ProcessorChain _machine = new(terms, seed, EngineOptions.Default);

    public void Fill(CancellationToken cancellation) => _machine.Fill(cancellation);

    public void Step(Digest link, int step, Span<uint> words)
    {
        words.Clear();
        if (step % 2 == 0)
        {
            _machine.Step(link, step, words);
        }
    }

    public void Dispose() => _machine.Dispose();
}
