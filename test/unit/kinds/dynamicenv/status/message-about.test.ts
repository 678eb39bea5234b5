import { describe, expect, it } from '@jest/globals';
import { messageAbout } from '../../../../../src/kinds/dynamicenv/status/message-about.ts';

describe('a message about a workload', () => {
  it.each([
    ['no such image', 'shop/api: no such image'],
    ['Deployment shop/api not found', 'Deployment shop/api not found'],
    ['shop/api is a StatefulSet', 'shop/api is a StatefulSet'],
    ['in Deployment shop/api; it has: api', 'in Deployment shop/api; it has: api'],
    // The name of the workload is a part of these names.
    ['Deployment shop/api-alice is there', 'shop/api: Deployment shop/api-alice is there'],
    ['Service web-shop/api is there', 'shop/api: Service web-shop/api is there'],
  ])('%j', (message, said) => {
    expect(messageAbout('shop/api', message)).toBe(said);
  });
});
