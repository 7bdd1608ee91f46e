using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Coordinator.OnChain;

namespace Ait.Coordinator.Covering;

/// <summary>Lets no more work into a batch than the coordinator's bond has letters for.</summary>
internal sealed class CoverGate
{
    private readonly CoverStore _store;
    private readonly IMiningChain _chain;
    private readonly CoordinatorOptions _options;
    private readonly Secp256k1PrivateKey _key;
    private readonly ILogger _log;

    public CoverGate(CoverStore store, IMiningChain chain, CoordinatorOptions options, Secp256k1PrivateKey key, ILogger<CoverGate> log)
    {
        _store = store;
        _chain = chain;
        _options = options;
        _key = key;
        _log = log;
    }

    /// <summary>How the bond stood when it was last asked; null before. Work that waits is asked about again and again.</summary>
    internal CoverState? Last { get; private set; }

    /// <summary>How many tasks may be committed now.</summary>
    internal async Task<int> MostTasksAsync(CancellationToken cancellation)
    {
        LetterTerms? terms = await _chain.ReadLetterTermsAsync(cancellation);
        long claimable = Cover.IsAsked(terms, _options.DemandsCover) ? _store.CountClaimable(terms!.ClaimWindow) : 0;
        CoverState state = Cover.Judge(terms, claimable, _options.DemandsCover);
        if (state.IsShort && Last is not { IsShort: true })
        {
            CoverLog.Short(_log, TokenAmount.Text(state.Wanted), _key.Address, TokenAmount.Text(state.Free));
        }
        else if (!state.IsShort && Last is { IsShort: true })
        {
            CoverLog.Again(_log, _key.Address);
        }

        Last = state;
        return state.MostTasks;
    }
}
