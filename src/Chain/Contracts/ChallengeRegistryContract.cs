using Ait.Chain.Abi;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>The challenge registry: views and transactions, typed.</summary>
public sealed class ChallengeRegistryContract : GovernedContract
{
    /// <summary>Blocks from the opening to the block whose hash draws the witnesses.</summary>
    public const ulong SeedDelay = 2;

    /// <summary>Seconds from the opening in which a device answers its witnesses.</summary>
    public const ulong AnswerWindow = 30 * 60;

    /// <summary>Seconds from the opening after which a challenge without a verdict has lapsed.</summary>
    public const ulong Life = 60 * 60;

    /// <summary>A registry at an address.</summary>
    public ChallengeRegistryContract(Address address, EthereumClient client)
        : base(address, client, ContractArtifact.Load("ChallengeRegistry").Abi)
    {
    }

    /// <summary>Opens a challenge of a GPU of the sender.</summary>
    public TransactionRequest Open(Hash256 gpuId) => Transaction(ChallengeRegistrySignatures.Open, gpuId);

    /// <summary>Draws the witnesses.</summary>
    public TransactionRequest Draw(ulong challengeId) => Transaction(ChallengeRegistrySignatures.Draw, challengeId);

    /// <summary>Brings a witness's statement.</summary>
    public TransactionRequest Submit(ulong challengeId, ClassStatementRecord statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return Transaction(ChallengeRegistrySignatures.Submit, challengeId, AbiValue.List(statement.ToAbi()));
    }

    /// <summary>Sets how a class is challenged; governor only.</summary>
    public TransactionRequest SetTerms(byte deviceClass, ChallengeTermsRecord terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return Transaction(ChallengeRegistrySignatures.SetTerms, (uint)deviceClass, terms.ToAbi());
    }

    /// <summary>Names the device registry, once; creator only.</summary>
    public TransactionRequest Attach(Address devices) => Transaction(ChallengeRegistrySignatures.Attach, devices);

    /// <summary>A challenge, by its number from 1.</summary>
    public async Task<ChallengeRecord> GetChallengeAsync(ulong challengeId, BlockTag block, CancellationToken cancellation) =>
        ChallengeRecord.FromAbi((await ViewAsync(ChallengeRegistrySignatures.Challenge, [challengeId], block, cancellation).ConfigureAwait(false))[0]);

    /// <summary>The latest challenge of a GPU; 0 if there was none.</summary>
    public async Task<ulong> GetChallengeOfAsync(Hash256 gpuId, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(ChallengeRegistrySignatures.ChallengeOf, [gpuId], block, cancellation).ConfigureAwait(false))[0].AsUInt64();

    /// <summary>How many challenges were opened.</summary>
    public async Task<ulong> GetChallengeCountAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(ChallengeRegistrySignatures.ChallengeCount, [], block, cancellation).ConfigureAwait(false))[0].AsUInt64();

    /// <summary>How a class is challenged now.</summary>
    public async Task<ChallengeTermsRecord> GetTermsOfAsync(byte deviceClass, BlockTag block, CancellationToken cancellation) =>
        ChallengeTermsRecord.FromAbi((await ViewAsync(ChallengeRegistrySignatures.TermsOf, [(uint)deviceClass], block, cancellation).ConfigureAwait(false))[0]);

    /// <summary>What a witness signs, by the contract's own arithmetic.</summary>
    public async Task<Hash256> GetStatementDigestAsync(
        ulong challengeId, Hash256 gpuId, Hash256 witness, ClassStatementRecord statement, BlockTag block, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return (await ViewAsync(
            ChallengeRegistrySignatures.StatementDigest,
            [challengeId, gpuId, witness, statement.Nonce, statement.Answer, statement.IsCorrect, statement.DurationMillis],
            block,
            cancellation).ConfigureAwait(false))[0].AsHash256();
    }
}
