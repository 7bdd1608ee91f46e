using System.Numerics;
using Ait.Chain;

namespace Ait.Cli.Asking;

/// <summary>What an open workload costs, as the contract has it, and the credit the buyer already holds on it.</summary>
internal sealed record WorkloadQuote(Hash256 WorkloadId, ulong MicroComputeUnits, BigInteger PriceWei, ulong CreditMicroComputeUnits);
