namespace Ait.Audit;

/// <summary>What can be wrong with a network's record. Numbers are fixed and never reused.</summary>
public enum AuditFault
{
    /// <summary>A block's header does not hash to what the node says its hash is.</summary>
    HeaderHash = 1,

    /// <summary>A block does not stand on the one before it.</summary>
    HeaderLink = 2,

    /// <summary>A block's transactions are not those of its header: calldata was changed.</summary>
    Transactions = 3,

    /// <summary>A block's receipts are not those of its header: a log or an outcome was changed.</summary>
    Receipts = 4,

    /// <summary>The logs that the node found are not those of the blocks' receipts.</summary>
    Logs = 5,

    /// <summary>A log is of no event that the contract has.</summary>
    EventUnknown = 6,

    /// <summary>A registration's evidence is not genuine.</summary>
    Evidence = 10,

    /// <summary>What a registration's event says is not what its evidence says.</summary>
    Registration = 11,

    /// <summary>A device changed in a way the contract does not allow.</summary>
    Roster = 12,

    /// <summary>A report of an absence, an answer to one, a suspension for absence or its end is not what the rules of attendance lead to.</summary>
    Attendance = 13,

    /// <summary>A batch's commitment is not what its event says.</summary>
    Batch = 20,

    /// <summary>A seed is not the hash of the block that was fixed for it.</summary>
    Seed = 21,

    /// <summary>A settled task is not in its batch, or not as it was committed.</summary>
    Task = 22,

    /// <summary>The secret behind the further seats of an escalated task was not revealed. A wrong one makes another task of it.</summary>
    Secret = 23,

    /// <summary>A seat was settled for a device that was not drawn for it.</summary>
    Seat = 24,

    /// <summary>A claim is not signed by the enclave key of its device.</summary>
    Signature = 25,

    /// <summary>A claim was taken that its device's state, duration or clock forbids.</summary>
    Claim = 26,

    /// <summary>A task settled without enough equal results.</summary>
    Agreement = 27,

    /// <summary>What a settlement says of its seats or its pay is not what its calldata leads to.</summary>
    Settlement = 28,

    /// <summary>AIT was minted that no seat earned, or to another account, or not at all.</summary>
    Mint = 30,

    /// <summary>AIT was burned without a redemption or a holder's burn, or another amount.</summary>
    Burn = 31,

    /// <summary>Credit was given or spent wrongly.</summary>
    Credit = 32,

    /// <summary>A rate was set that lets a redemption mint as much as it burned.</summary>
    Rates = 33,

    /// <summary>A total that the contracts answer is not the sum of what happened.</summary>
    Total = 34,

    /// <summary>Subsidised work was charged another amount than its seats are paid, or more than the budget had; or the budget was raised.</summary>
    Subsidy = 35,
}
