// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CollateralJson} from "../../../src/evidence/dcap/CollateralJson.sol";
import {DcapQuote} from "../../../src/evidence/dcap/DcapQuote.sol";
import {DcapVerifier} from "../../../src/evidence/dcap/DcapVerifier.sol";
import {X509} from "../../../src/evidence/X509.sol";
import {IntelCertificate} from "../../../src/evidence/dcap/IntelCertificate.sol";
import {TcbEvaluation} from "../../../src/evidence/dcap/TcbEvaluation.sol";
import {IDcapCertificates} from "../../../src/interfaces/IDcapCertificates.sol";
import {IDcapCollateral} from "../../../src/interfaces/IDcapCollateral.sol";

/// @notice The number in docs/refusals.md that each error of the DCAP contracts stands for.
library DcapRefusals {
    error NoRefusal(bytes4 selector);

    uint256 private constant CERTIFICATES = 0;
    uint256 private constant LISTS = 1;
    uint256 private constant COLLATERAL = 2;

    /// @notice Errors of the readers mean that what was submitted at a stage is malformed.
    function numberOf(bytes4 error_, uint256 stage) internal pure returns (uint256) {
        uint256 number = ofCertificates(error_);
        if (number == 0) number = ofCollateral(error_);
        if (number == 0) number = ofQuote(error_);
        // Lists share their shapes with certificates.
        if (stage == LISTS && error_ == X509.CertificateAlgorithmUnsupported.selector) return 300;
        if (number != 0) return number;
        if (stage == CERTIFICATES) return 200;
        if (stage == LISTS) return 300;
        if (stage == COLLATERAL) return 321;
        revert NoRefusal(error_);
    }

    /// @notice Refusals of one kind: what certificates are, what revocation lists are, and so on by tens.
    function classOf(uint256 number) internal pure returns (uint256) {
        return number >= 200 && number < 300 ? 20 : number / 10;
    }

    function ofCertificates(bytes4 error_) private pure returns (uint256) {
        if (error_ == IDcapCertificates.CertificateNameMismatch.selector) return 201;
        if (error_ == IDcapCertificates.CertificateRoleMismatch.selector) return 201;
        if (error_ == IDcapCertificates.CertificateIssuerMismatch.selector) return 202;
        if (error_ == IDcapCertificates.CertificateKeyIdentifierMismatch.selector) return 203;
        if (error_ == IDcapCertificates.CertificateSignatureInvalid.selector) return 204;
        if (error_ == X509.CertificateAlgorithmUnsupported.selector) return 205;
        if (error_ == X509.CertificateKeyUnsupported.selector) return 206;
        if (error_ == IDcapCertificates.CertificateAuthorityMismatch.selector) return 207;
        if (error_ == IDcapCertificates.RevocationListNotAllowed.selector) return 207;
        if (error_ == IDcapCertificates.CertificatePathTooLong.selector) return 208;
        if (error_ == X509.CertificateExtensionUnknown.selector) return 209;
        if (error_ == IDcapCertificates.CertificateNotYetValid.selector) return 210;
        if (error_ == IDcapCertificates.CertificateExpired.selector) return 211;
        if (error_ == IDcapCertificates.RootNotPinned.selector) return 212;
        if (error_ == IDcapCertificates.RootNoLongerPinned.selector) return 212;
        if (error_ == IntelCertificate.SgxExtensionMissing.selector) return 214;
        if (error_ == IntelCertificate.SgxExtensionMalformed.selector) return 214;
        if (error_ == IDcapCertificates.RevocationListIssuerMismatch.selector) return 301;
        if (error_ == IDcapCertificates.RevocationListSignatureInvalid.selector) return 302;
        if (error_ == IDcapCertificates.RevocationListNotYetValid.selector) return 303;
        if (error_ == IDcapCertificates.RevocationListStale.selector) return 304;
        if (error_ == IDcapCertificates.CertificateRevoked.selector) return 305;
        if (error_ == IDcapCertificates.RevocationListMissing.selector) return 306;
        return 0;
    }

    function ofCollateral(bytes4 error_) private pure returns (uint256) {
        if (error_ == CollateralJson.StatusUnknown.selector) return 321;
        if (error_ == IDcapCollateral.CollateralSignatureInvalid.selector) return 322;
        if (error_ == IDcapCollateral.CollateralNotYetValid.selector) return 323;
        if (error_ == IDcapCollateral.CollateralExpired.selector) return 324;
        // Collateral of another kind or family: here it is kept under its own name, so that none is found.
        if (error_ == IDcapCollateral.TcbInfoUnknown.selector) return 325;
        if (error_ == IDcapCollateral.QeIdentityUnknown.selector) return 325;
        if (error_ == DcapVerifier.PceIdMismatch.selector) return 325;
        if (error_ == IDcapCollateral.CollateralRolledBack.selector) return 521;
        return 0;
    }

    function ofQuote(bytes4 error_) private pure returns (uint256) {
        if (error_ == DcapQuote.QuoteTruncated.selector) return 120;
        if (error_ == DcapQuote.QuoteTooLong.selector) return 120;
        if (error_ == DcapQuote.QuoteBodyUnsupported.selector) return 120;
        if (error_ == DcapQuote.QuoteCertificationInvalid.selector) return 120;
        if (error_ == DcapQuote.QuoteVersionUnsupported.selector) return 121;
        if (error_ == DcapQuote.QuoteKeyTypeUnsupported.selector) return 122;
        if (error_ == DcapQuote.QuoteTeeUnsupported.selector) return 123;
        if (error_ == DcapQuote.QuoteVendorUnsupported.selector) return 124;
        if (error_ == DcapVerifier.AttestationKeyInvalid.selector) return 206;
        if (error_ == DcapVerifier.QuoteSignatureInvalid.selector) return 401;
        if (error_ == DcapVerifier.QeReportSignatureInvalid.selector) return 420;
        if (error_ == DcapVerifier.QeReportDataMismatch.selector) return 421;
        if (error_ == TcbEvaluation.QeSignerMismatch.selector) return 422;
        if (error_ == TcbEvaluation.QeProductMismatch.selector) return 422;
        if (error_ == TcbEvaluation.QeMiscSelectMismatch.selector) return 422;
        if (error_ == TcbEvaluation.QeAttributesMismatch.selector) return 422;
        if (error_ == TcbEvaluation.ModuleUnknown.selector) return 423;
        if (error_ == TcbEvaluation.ModuleMismatch.selector) return 423;
        if (error_ == TcbEvaluation.ModuleTcbNotSupported.selector) return 424;
        if (error_ == TcbEvaluation.PlatformTcbNotSupported.selector) return 424;
        if (error_ == TcbEvaluation.QeTcbNotSupported.selector) return 424;
        if (error_ == DcapVerifier.DebugEnabled.selector) return 500;
        if (error_ == DcapVerifier.TcbStatusNotAccepted.selector) return 520;
        if (error_ == DcapVerifier.ServiceDomainBound.selector) return 522;
        if (error_ == DcapVerifier.SeptVeEnabled.selector) return 523;
        return 0;
    }
}
