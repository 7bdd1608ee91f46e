namespace Ait.Attestation;

/// <summary>
/// Every reason this room refuses something. Numbers are fixed and never reused;
/// <c>docs/refusals.md</c> gives the meaning and remedy of each.
/// </summary>
public enum Refusal
{
    /// <summary>No reason. Never appears in a verdict.</summary>
    None = 0,

    // 100–199: the report itself
    /// <summary>The evidence is not exactly as long as its format says.</summary>
    ReportLength = 100,
    /// <summary>The wrapper around a report (Azure HCL, MSG_REPORT_RSP) is not well formed.</summary>
    WrapperMalformed = 101,
    /// <summary>The wrapper's runtime data is not what REPORT_DATA commits to.</summary>
    RuntimeDataMismatch = 102,
    /// <summary>The report version is not one this room reads.</summary>
    ReportVersion = 103,
    /// <summary>A field that must be zero is not.</summary>
    ReservedNotZero = 104,
    /// <summary>The report does not claim ECDSA P-384 with SHA-384.</summary>
    SignatureAlgorithm = 105,
    /// <summary>A guest policy bit that must be one is zero, or a reserved one is set.</summary>
    GuestPolicyReserved = 106,
    /// <summary>The signature's r or s is not in the range 1 to n-1, or its padding is not zero.</summary>
    SignatureEncoding = 107,
    /// <summary>The report was requested by the hypervisor, not by a guest.</summary>
    RequestedByHypervisor = 108,
    /// <summary>The report names no key that an endorsement could cover.</summary>
    SigningKeyUnknown = 109,
    /// <summary>A quote's parts are not as long as they say.</summary>
    QuoteMalformed = 120,
    /// <summary>The quote version is not one this room reads.</summary>
    QuoteVersion = 121,
    /// <summary>The quote is not signed with ECDSA P-256.</summary>
    QuoteKeyType = 122,
    /// <summary>The quote speaks of no known kind of environment.</summary>
    QuoteTee = 123,
    /// <summary>The quoting enclave is not Intel's.</summary>
    QuoteVendor = 124,
    /// <summary>A GPU's request and response are not as long as they say.</summary>
    SpdmMalformed = 140,
    /// <summary>The request does not ask for all measurements, signed, in SPDM 1.1.</summary>
    SpdmRequest = 141,
    /// <summary>The response does not give measurements in SPDM 1.1.</summary>
    SpdmResponse = 142,
    /// <summary>A measurement block is not a SHA-384 value of its own index.</summary>
    MeasurementBlock = 143,
    /// <summary>The device's own fields are not well formed, or one that is needed is absent.</summary>
    OpaqueData = 144,

    // 200–299: certificates and their path
    /// <summary>A certificate is not strict DER of the shape its role has.</summary>
    CertificateMalformed = 200,
    /// <summary>A certificate's subject is not the one its role demands.</summary>
    CertificateRole = 201,
    /// <summary>A certificate's issuer name is not the subject name of the certificate above it.</summary>
    IssuerMismatch = 202,
    /// <summary>A certificate's authority key identifier is not its issuer's subject key identifier.</summary>
    KeyIdentifierMismatch = 203,
    /// <summary>A certificate's signature does not verify under its issuer's key.</summary>
    CertificateSignature = 204,
    /// <summary>A signature algorithm is not the one its vendor signs with (AMD: RSASSA-PSS SHA-384, Intel and NVIDIA: ECDSA).</summary>
    CertificateAlgorithm = 205,
    /// <summary>A public key is not of the type, size or curve its role demands.</summary>
    CertificateKey = 206,
    /// <summary>A certificate that signs others is not marked as an authority allowed to do so.</summary>
    NotAnAuthority = 207,
    /// <summary>A path length constraint is broken.</summary>
    PathLength = 208,
    /// <summary>A critical extension is not understood.</summary>
    CertificateExtension = 209,
    /// <summary>A certificate is not valid yet at the instant asked about.</summary>
    CertificateNotYetValid = 210,
    /// <summary>A certificate is no longer valid at the instant asked about.</summary>
    CertificateExpired = 211,
    /// <summary>The path ends in a root key that is not pinned for this product.</summary>
    RootNotPinned = 212,
    /// <summary>Certificates of different products are mixed.</summary>
    ProductMismatch = 213,
    /// <summary>The vendor extensions of the endorsement certificate are missing or malformed.</summary>
    EndorsementExtensions = 214,
    /// <summary>Two different certificates claim the same role.</summary>
    CertificateAmbiguous = 215,
    /// <summary>The certificates are of a device that is no GPU.</summary>
    NotAGpu = 220,
    /// <summary>The attestation certificate's firmware id is malformed.</summary>
    FirmwareIdExtension = 221,

    // 300–399: revocation
    /// <summary>A revocation list is not strict DER of the expected shape.</summary>
    RevocationListMalformed = 300,
    /// <summary>A revocation list was issued by another authority.</summary>
    RevocationListIssuer = 301,
    /// <summary>A revocation list's signature does not verify under the root key.</summary>
    RevocationListSignature = 302,
    /// <summary>A revocation list is not in force yet at the instant asked about.</summary>
    RevocationListNotYetValid = 303,
    /// <summary>A revocation list is past its next update at the instant asked about.</summary>
    RevocationListStale = 304,
    /// <summary>A certificate of the path is listed as revoked.</summary>
    CertificateRevoked = 305,
    /// <summary>The policy requires a revocation list and none was given.</summary>
    RevocationListMissing = 306,
    /// <summary>An OCSP answer is not a successful one in strict DER.</summary>
    RevocationAnswerMalformed = 310,
    /// <summary>An OCSP answer is about another certificate.</summary>
    RevocationAnswerMismatch = 311,
    /// <summary>An OCSP answer comes with a responder that the certificate's issuer did not appoint.</summary>
    RevocationAnswerResponder = 312,
    /// <summary>An OCSP answer's signature does not verify.</summary>
    RevocationAnswerSignature = 313,
    /// <summary>An OCSP answer does not carry the nonce asked with.</summary>
    RevocationAnswerNonce = 314,
    /// <summary>An OCSP answer is not in force at the instant asked about.</summary>
    RevocationAnswerStale = 315,
    /// <summary>The issuer does not know the certificate.</summary>
    RevocationAnswerUnknown = 316,
    /// <summary>Collateral of a quote is absent or lacks a part.</summary>
    CollateralMissing = 320,
    /// <summary>Collateral is not of the form Intel publishes.</summary>
    CollateralMalformed = 321,
    /// <summary>A collateral signature does not verify over the exact bytes.</summary>
    CollateralSignature = 322,
    /// <summary>Collateral is not in force yet at the instant asked about.</summary>
    CollateralNotYetValid = 323,
    /// <summary>Collateral is past its next update at the instant asked about.</summary>
    CollateralStale = 324,
    /// <summary>Collateral is of another kind of environment or processor family.</summary>
    CollateralMismatch = 325,
    /// <summary>A reference manifest is required and was not given.</summary>
    ReferenceMissing = 340,
    /// <summary>A reference manifest is not signed XML of NVIDIA's form.</summary>
    ReferenceMalformed = 341,
    /// <summary>A reference manifest's signature does not verify over its content.</summary>
    ReferenceSignature = 342,
    /// <summary>A reference manifest is of another version or chip than the evidence.</summary>
    ReferenceMismatch = 343,
    /// <summary>Driver and VBIOS reference manifests both speak of one measurement.</summary>
    ReferenceConflict = 344,

    // 400–499: the report against its endorsement
    /// <summary>The report names another kind of signing key than the certificate endorses.</summary>
    SigningKeyMismatch = 400,
    /// <summary>The report's signature does not verify under the endorsed key.</summary>
    ReportSignature = 401,
    /// <summary>REPORTED_TCB is not, component by component, the TCB the certificate endorses.</summary>
    TcbMismatch = 402,
    /// <summary>The processor the report names belongs to another product than the certificate path.</summary>
    ProcessorMismatch = 403,
    /// <summary>CHIP_ID is not the hardware id the certificate endorses.</summary>
    ChipIdMismatch = 404,
    /// <summary>The quoting enclave's report does not verify under the PCK key.</summary>
    QuotingEnclaveSignature = 420,
    /// <summary>The quoting enclave's report does not commit to the attestation key.</summary>
    QuotingEnclaveBinding = 421,
    /// <summary>The quoting enclave is not the one Intel names.</summary>
    QuotingEnclaveIdentity = 422,
    /// <summary>The TDX module is not one Intel names.</summary>
    ModuleIdentity = 423,
    /// <summary>The patch level is below every one that Intel lists.</summary>
    TcbNotSupported = 424,
    /// <summary>The firmware id in the report is not the one the certificate endorses.</summary>
    FirmwareIdMismatch = 440,
    /// <summary>The chip the report names is not the one of the certificates.</summary>
    ChipMismatch = 441,
    /// <summary>The report says two different things about the GPU's mode.</summary>
    ModeContradiction = 442,

    // 500–599: appraisal against the policy
    /// <summary>The guest may be debugged by its host.</summary>
    DebugEnabled = 500,
    /// <summary>The guest may be moved by a migration agent.</summary>
    MigrationAgentAllowed = 501,
    /// <summary>The report was requested at another privilege level than the policy accepts.</summary>
    PrivilegeLevel = 502,
    /// <summary>The launch measurement is not on the allow-list.</summary>
    MeasurementNotAllowed = 503,
    /// <summary>A TCB component is below the policy's floor.</summary>
    TcbBelowFloor = 504,
    /// <summary>The committed TCB is above the current one.</summary>
    TcbCommittedAboveCurrent = 505,
    /// <summary>REPORT_DATA is not the value the policy expects.</summary>
    ReportDataMismatch = 506,
    /// <summary>The policy needs a machine identity and the chip id is masked.</summary>
    ChipIdMasked = 507,
    /// <summary>A platform property the policy requires is absent.</summary>
    PlatformInfo = 508,
    /// <summary>A mitigation the policy requires is absent.</summary>
    MitigationMissing = 509,
    /// <summary>A versioned key (VLEK) signed the report and the policy accepts chip keys only.</summary>
    VersionedKeyNotAllowed = 510,
    /// <summary>The patch level's status is not one the policy accepts.</summary>
    TcbStatus = 520,
    /// <summary>The collateral's evaluation number is below the policy's floor.</summary>
    CollateralRolledBack = 521,
    /// <summary>A service domain is bound to the trust domain and the policy accepts none.</summary>
    ServiceDomain = 522,
    /// <summary>The host may inject virtualization exceptions into the trust domain and the policy forbids it.</summary>
    VirtualizationExceptions = 523,
    /// <summary>The nonce is not the value the policy expects.</summary>
    NonceMismatch = 540,
    /// <summary>The GPU's mode is not one the policy accepts.</summary>
    ModeNotAccepted = 541,
    /// <summary>A measurement is none of the values its reference manifest lists.</summary>
    ReferenceDiffers = 542,
    /// <summary>Two pieces of evidence come from one physical GPU.</summary>
    DeviceRepeated = 543,
    /// <summary>The number of GPUs is not the number claimed.</summary>
    DeviceCount = 544,
    /// <summary>GPU evidence was given beside an SGX enclave, which cannot drive a GPU.</summary>
    EnclaveWithGpu = 550,
    /// <summary>The evidence proves less than the policy asks for.</summary>
    ProfileNotAccepted = 551,

    // 600–699: manifests and files
    /// <summary>The manifest is not JSON of the expected shape.</summary>
    ManifestMalformed = 600,
    /// <summary>An entry lacks a field, repeats one, or has one of the wrong type.</summary>
    EntryMalformed = 601,
    /// <summary>An entry's policy has a key that is not known.</summary>
    PolicyKeyUnknown = 602,
    /// <summary>An entry's policy has a value that is not of the key's form.</summary>
    PolicyValueMalformed = 603,
    /// <summary>A path leads out of the base folder.</summary>
    PathOutsideBase = 604,
    /// <summary>A file is absent or cannot be read.</summary>
    FileUnreadable = 605,
    /// <summary>A file is larger than any evidence of its kind.</summary>
    FileTooLarge = 606,
    /// <summary>An entry has no report.</summary>
    ReportMissing = 607,
    /// <summary>A certificate of the path was not given.</summary>
    CertificateMissing = 608,
    /// <summary>Evidence of this platform is not supported.</summary>
    NotSupported = 609,
}
