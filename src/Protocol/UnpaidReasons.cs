namespace Ait.Protocol;

/// <summary>What to do about a seat that was not paid.</summary>
public static class UnpaidReasons
{
    /// <summary>The contract's outcome code of a seat that was paid.</summary>
    public const byte PaidCode = 0;

    /// <summary>The contract's outcome code of a seat that an earlier settlement had paid.</summary>
    public const byte PaidBeforeCode = 7;

    /// <summary>The reason behind a contract's outcome code; <see cref="UnpaidReason.None"/> for seats that were paid.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The contract has no such code.</exception>
    public static UnpaidReason OfCode(byte code) => code switch
    {
        PaidCode or PaidBeforeCode => UnpaidReason.None,
        (byte)UnpaidReason.Silent => UnpaidReason.Silent,
        (byte)UnpaidReason.ResultInMinority => UnpaidReason.ResultInMinority,
        (byte)UnpaidReason.Deferred => UnpaidReason.Deferred,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "not an outcome of the contract"),
    };

    /// <summary>The remedy; null where there is nothing to remedy.</summary>
    /// <param name="reason">Why the seat was not paid.</param>
    /// <param name="detail">What is known beyond the reason, such as the contract's error.</param>
    public static string? RemedyFor(UnpaidReason reason, string? detail) => reason switch
    {
        UnpaidReason.None => null,
        UnpaidReason.Silent => "No commitment arrived in time. Keep the miner reachable and faster than the commit deadline of its letters.",
        UnpaidReason.ClaimRefused =>
            $"The contract does not take this claim: {detail ?? "no reason given"}. Refresh the device's evidence before it expires, keep its enclave key until its tasks are settled, and report true device time.",
        UnpaidReason.ResultInMinority => "Two other devices agree on another result. Check the engine version and the device's memory; run the engine's self-test.",
        UnpaidReason.NoAgreement => "No two seats gave the same result in time; nobody was paid and the buyer keeps the credit. Run the engine's self-test if this repeats.",
        UnpaidReason.KeyWithheld => "The buyer released no content key to this seat: it was away, or does not trust this device. Nothing was run; nothing to do.",
        UnpaidReason.NotRevealed => "A commitment arrived but no result that opens it. Keep the miner running until its seats are revealed.",
        UnpaidReason.Deferred => detail ?? "The device was paid ahead of its time. Anyone has this pay minted with `release` once the device's clock allows it; nothing is lost.",
        _ => detail ?? "Ask the coordinator's operator.",
    };
}
