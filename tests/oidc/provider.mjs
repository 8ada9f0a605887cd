// A provider of OpenID Connect for tests by hand: npm's oidc-provider (MIT), with its own pages for signing in. Say where it
// listens, and where people come back to:
//     node provider.mjs 3999 http://127.0.0.1:8080
// Whoever types a name and any password there is that person.
import { Provider } from 'oidc-provider';

const [port = '3999', origin = 'http://127.0.0.1:8080', way = 'client_secret_basic'] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'ngoaivu',
    client_secret: 'tried-by-hand: with % and +',
    redirect_uris: [`${origin}/sign-in/provider/return`],
    token_endpoint_auth_method: way,
  }],
  // How the secret may be sent; a client asks the discovery document.
  clientAuthMethods: [way],
  pkce: { required: () => true },
  claims: { openid: ['sub'], profile: ['preferred_username'] },
  conformIdTokenClaims: false,
  cookies: { keys: ['for tests by hand alone'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id }) }),
});
provider.listen(Number(port), '127.0.0.1', () => console.log(`${issuer} is up`));
